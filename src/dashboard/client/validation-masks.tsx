import { useEffect, useState } from 'preact/hooks';
import type { ValidationMasks as Found } from '../protocol.js';
import { getJson } from './get-json.js';

/** A subnet's masks on the validation images where it does worst, beside those of the pre-trained network, when asked for. */
export function ValidationMasks({ study, trial }: { study: string; trial: number }) {
  const address = `/api/studies/${study}/masks/${trial}`;
  const [isAsked, setAsked] = useState(false);
  const [found, setFound] = useState<Found | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    if (!isAsked) return;
    const controller = new AbortController();
    getJson<Found>(address, undefined, controller.signal).then(
      setFound,
      (refused: Error) => controller.signal.aborted || setError(refused.message),
    );
    return () => controller.abort();
  }, [address, isAsked]);
  return (
    <section class="panel masks" aria-labelledby="masks-title">
      <header>
        <h2 id="masks-title">Masks of trial {trial}</h2>
        <p class="legend">
          {found === null
            ? 'on validation images, the worst first'
            : `the worst ${found.images.length} of ${found.of} validation images, mean IoU with boxes; true outlines in white`}
        </p>
        {!isAsked && (
          <button type="button" onClick={() => setAsked(true)}>
            Show its masks
          </button>
        )}
      </header>
      {error !== null && (
        <p class="empty" role="alert">
          {error}
        </p>
      )}
      {isAsked && found === null && error === null && <p class="empty">Segmenting, for half a minute or so …</p>}
      {found !== null && (
        <ol class="pairs">
          {found.images.map(({ name, networks }, image) => (
            <li key={name}>
              {networks.map(({ title, iou }, network) => (
                <figure>
                  <img src={`${address}/${image}/${network}`} alt={`${name}: masks of ${title}`} loading="lazy" />
                  <figcaption>
                    {title} <b>{iou.toFixed(3)}</b>
                  </figcaption>
                </figure>
              ))}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
