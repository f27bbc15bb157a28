import { useEffect, useRef, useState } from 'preact/hooks';
import { unpackRunLengths } from '../../supernet/data/run-lengths.js';
import type { Answer, ModelEntry } from '../protocol.js';
import { getJson } from './get-json.js';
import { boxBetween, type Corner, NO_PROMPT, type PromptState, promptOf } from './prompt-state.js';

interface Props {
  readonly model: ModelEntry;
  readonly image: string;
  readonly prompt: PromptState;
  readonly onPrompt: (prompt: PromptState) => void;
}

/** How far an arrow moves the cross, as a part of the image's width. */
const STEP = 0.02;

/** One network's answer over the image: the mask, what the network thinks of it, and what it took. */
export function ModelStage({ model, image, prompt, onPrompt }: Props) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isWaiting, setWaiting] = useState(false);
  const [drag, setDrag] = useState<readonly [Corner, Corner] | null>(null);
  const [cross, setCross] = useState<Corner | null>(null);
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    const controller = new AbortController();
    setWaiting(true);
    // Without a prompt the image is encoded, so that the first click is answered at once.
    getJson<Answer>('/api/predict', { model: model.id, image, prompt: promptOf(prompt) }, controller.signal).then(
      (said) => {
        setAnswer(said);
        setError(null);
        setWaiting(false);
      },
      (refused: Error) => {
        if (controller.signal.aborted) return;
        setError(refused.message);
        setWaiting(false);
      },
    );
    return () => controller.abort();
  }, [model.id, image, prompt]);

  useEffect(() => {
    const pen = canvas.current?.getContext('2d');
    if (canvas.current === null || pen === null || pen === undefined || answer === null) return;
    canvas.current.width = answer.width;
    canvas.current.height = answer.height;
    if (answer.mask !== null) paintMask(pen, unpackRunLengths(answer.mask.counts), answer);
  }, [answer]);

  const cornerOf = (event: PointerEvent): Corner => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const share = (at: number, from: number, size: number) => Math.max(0, Math.min(1, (at - from) / size));
    return {
      x: share(event.clientX, box.left, box.width) * (answer?.width ?? 1),
      y: share(event.clientY, box.top, box.height) * (answer?.height ?? 1),
    };
  };
  const add = ({ x, y }: Corner, isBeside: boolean) => {
    // The centre of the pixel below the cursor.
    const point = { x: Math.floor(x), y: Math.floor(y), label: isBeside ? (0 as const) : (1 as const) };
    onPrompt({ ...prompt, points: [...prompt.points, point] });
  };
  const press = (event: KeyboardEvent) => {
    if (answer === null) return;
    const at = cross ?? { x: answer.width / 2, y: answer.height / 2 };
    const far = STEP * answer.width;
    const moves: { readonly [key: string]: Corner } = {
      ...{ ArrowLeft: { x: -far, y: 0 }, ArrowRight: { x: far, y: 0 } },
      ...{ ArrowUp: { x: 0, y: -far }, ArrowDown: { x: 0, y: far } },
    };
    const move = moves[event.key];
    if (move !== undefined) {
      setCross({
        x: Math.max(0, Math.min(answer.width - 1, at.x + move.x)),
        y: Math.max(0, Math.min(answer.height - 1, at.y + move.y)),
      });
    } else if (event.key === 'Enter') add(at, event.shiftKey);
    else if (event.key === 'Escape') onPrompt(NO_PROMPT);
    else return;
    event.preventDefault();
  };

  const box = drag === null ? prompt.box : boxBetween(...drag);
  const radius = (answer?.width ?? 256) / 60;
  return (
    <section class="panel stage" aria-label={model.name}>
      <header>
        <h2>{model.name}</h2>
        <p class="legend">{model.bytes === null ? '' : `encoder ${(model.bytes / 1e6).toFixed(1)} MB`}</p>
      </header>
      <div
        class={`stage-picture${isWaiting ? ' waits' : ''}`}
        role="img"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys ask as the pointer does, as its description says
        tabIndex={0}
        aria-label={describe(model.name, answer, prompt)}
        aria-describedby="stage-keys"
        onKeyDown={press}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag([cornerOf(event), cornerOf(event)]);
        }}
        onPointerMove={(event) => drag !== null && setDrag([drag[0], cornerOf(event)])}
        onPointerUp={(event) => {
          if (drag === null) return;
          const made = boxBetween(drag[0], cornerOf(event));
          setDrag(null);
          if (made === null) add(drag[0], event.shiftKey);
          else onPrompt({ ...prompt, box: made });
        }}
        onPointerCancel={() => setDrag(null)}
      >
        <img src={`/api/images/${image}`} alt="" draggable={false} />
        <canvas ref={canvas} />
        {answer !== null && (
          <svg viewBox={`0 0 ${answer.width} ${answer.height}`} aria-hidden="true" class="asked">
            {box !== null && (
              <rect x={box[0]} y={box[1]} width={box[2]} height={box[3]} vector-effect="non-scaling-stroke" />
            )}
            {prompt.points.map(({ x, y, label }) => (
              <circle
                cx={x + 0.5}
                cy={y + 0.5}
                r={radius}
                class={label === 1 ? 'of' : 'beside'}
                vector-effect="non-scaling-stroke"
              />
            ))}
            {cross !== null && (
              <path
                d={`M${cross.x - radius} ${cross.y}h${2 * radius}M${cross.x} ${cross.y - radius}v${2 * radius}`}
                vector-effect="non-scaling-stroke"
              />
            )}
          </svg>
        )}
      </div>
      <p class="answer" aria-live="polite">
        {error !== null && <span class="failure">{error}</span>}
        {error === null && answer === null && <span>encoding …</span>}
        {error === null && answer !== null && (
          <>
            {answer.mask !== null && (
              <>
                <span>
                  predicted IoU <b>{answer.mask.predictedIou.toFixed(3)}</b>
                </span>
                <span>
                  <b>{Math.round(answer.decode)}</b> ms a prompt
                </span>
              </>
            )}
            <span>
              <b>{Math.round(answer.encode)}</b> ms an image at {answer.inputSize} pixels
            </span>
          </>
        )}
      </p>
    </section>
  );
}

function describe(name: string, answer: Answer | null, { points, box }: PromptState): string {
  if (answer?.mask === undefined || answer.mask === null) return `${name}: the image, nothing asked yet`;
  const asked = [points.length > 0 ? `${points.length} points` : '', box === null ? '' : 'a box']
    .filter(Boolean)
    .join(' and ');
  return `${name}: a mask of ${answer.mask.area} pixels for ${asked}`;
}

/** Fills a mask of COCO's lengths, column after column, and draws its outline stronger. */
function paintMask(pen: CanvasRenderingContext2D, lengths: readonly number[], { width, height }: Answer): void {
  const inside = new Uint8Array(width * height);
  let place = 0;
  for (const [i, length] of lengths.entries()) {
    if (i % 2 === 1) inside.fill(1, place, place + length);
    place += length;
  }
  const at = (x: number, y: number) => x >= 0 && y >= 0 && x < width && y < height && inside[x * height + y] === 1;
  const picture = pen.createImageData(width, height);
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (!at(x, y)) continue;
      const isEdge = !at(x - 1, y) || !at(x + 1, y) || !at(x, y - 1) || !at(x, y + 1);
      picture.data.set(isEdge ? [255, 255, 255, 255] : [0, 140, 255, 120], 4 * (y * width + x));
    }
  }
  pen.putImageData(picture, 0, 0);
}
