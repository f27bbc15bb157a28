import { useEffect, useState } from 'preact/hooks';
import type { ModelEntry } from '../protocol.js';
import { getJson } from './get-json.js';
import { ModelStage } from './model-stage.js';
import { NO_PROMPT, type PromptState } from './prompt-state.js';

/** So many networks beside one another can be told apart. */
const MOST = 3;

interface Found {
  readonly models: readonly ModelEntry[];
  readonly samples: readonly string[];
}

/** Models asked for masks: one image, one prompt, and what each of up to three networks answers beside the others. */
export function Predict() {
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [image, setImage] = useState<string | null>(null);
  const [own, setOwn] = useState<readonly string[]>([]);
  const [prompt, setPrompt] = useState<PromptState>(NO_PROMPT);

  useEffect(() => {
    getJson<Found>('/api/models').then(
      (said) => {
        setFound(said);
        // The pre-trained network beside the largest and the smallest subnet.
        const [first, ...rest] = said.models;
        setChosen(
          [first, rest[0], rest.at(-1)].flatMap((model, i, all) =>
            model === undefined || all.indexOf(model) !== i ? [] : [model.id],
          ),
        );
        setImage(said.samples[0] ?? null);
      },
      (refused: Error) => setError(refused.message),
    );
  }, []);

  function show(id: string): void {
    setImage(id);
    setPrompt(NO_PROMPT);
  }

  async function open(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    setError(null);
    try {
      const { image: id } = await getJson<{ image: string }>('/api/images', file);
      setOwn((before) => [...before.filter((each) => each !== id), id].slice(-4));
      show(id);
    } catch (refused) {
      setError((refused as Error).message);
    }
  }

  const toggle = (id: string) =>
    setChosen((before) => (before.includes(id) ? before.filter((each) => each !== id) : [...before, id].slice(-MOST)));

  return (
    <article
      class="study"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        void open(event.dataTransfer?.files[0]);
      }}
    >
      <header class="title">
        <h1>Predict</h1>
        <p class="quiet">Click an object or drag a box around it; every model below answers.</p>
      </header>
      {error !== null && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <div class="view predict">
        <section class="panel pick" aria-label="Models and images">
          <fieldset class="choices">
            <legend class="heard">Models</legend>
            {found?.models.map(({ id, name, label, bytes }) => (
              <label key={id} title={label}>
                <input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} />
                {name} <small>{bytes === null ? label : `${(bytes / 1e6).toFixed(1)} MB`}</small>
              </label>
            ))}
          </fieldset>
          <div class="thumbs">
            {[...(found?.samples ?? []), ...own].map((id, i) => (
              <button
                type="button"
                key={id}
                aria-pressed={id === image}
                aria-label={`Image ${i + 1}`}
                onClick={() => show(id)}
              >
                <img src={`/api/images/${id}`} alt="" />
              </button>
            ))}
            <label class="open">
              Open or drop an image
              <input
                type="file"
                accept="image/png,image/jpeg,image/webp,image/tiff"
                onChange={({ currentTarget }) => {
                  void open(currentTarget.files?.[0]);
                  currentTarget.value = '';
                }}
              />
            </label>
          </div>
        </section>
        <div class="stages">
          {image !== null &&
            chosen.flatMap((id) => {
              const model = found?.models.find((each) => each.id === id);
              return model === undefined
                ? []
                : [<ModelStage key={id} {...{ model, image, prompt }} onPrompt={setPrompt} />];
            })}
        </div>
        {prompt !== NO_PROMPT && (
          <p class="note">
            <button type="button" class="link" onClick={() => setPrompt(NO_PROMPT)}>
              Clear what was asked
            </button>
          </p>
        )}
        <p class="note" id="stage-keys">
          Click adds a point of the object, Shift and click one beside it, dragging a box. By keys: arrows move the
          cross, Enter adds a point, Shift and Enter one beside the object, Escape clears. Images stay in the server's
          memory and are written nowhere.
        </p>
      </div>
    </article>
  );
}
