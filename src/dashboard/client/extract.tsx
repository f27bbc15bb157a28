import { useEffect, useState } from 'preact/hooks';
import type { Extraction } from '../protocol.js';
import { getJson } from './get-json.js';

/** Typed once a visit; kept nowhere else. */
let lastToken = '';

/** Writes the trial's subnet as a model, where its supernet lies beside the study; the server asks for its token. */
export function Extract({ study, trial }: { study: string; trial: number }) {
  const address = `/api/studies/${study}/extract/${trial}`;
  const [plan, setPlan] = useState<Extraction | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [isWriting, setWriting] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    const controller = new AbortController();
    getJson<Extraction>(address, undefined, controller.signal).then(setPlan, () => undefined);
    return () => controller.abort();
  }, [address]);
  if (plan === null || plan.supernet === null) return null;
  if (plan.isThere) {
    return (
      <p class="note">
        Its model: <code>{plan.output}</code>
      </p>
    );
  }
  if (!isAsking) {
    return (
      <p class="extract">
        <button type="button" onClick={() => setAsking(true)}>
          Extract this subnet …
        </button>
      </p>
    );
  }
  return (
    <form
      class="extract"
      onSubmit={(event) => {
        event.preventDefault();
        lastToken = new FormData(event.currentTarget).get('token') as string;
        setWriting(true);
        setError(null);
        getJson<Extraction>(address, {}, undefined, lastToken.trim())
          .then(setPlan, (refused: Error) => setError(refused.message))
          .finally(() => setWriting(false));
      }}
    >
      <p class="note">
        From <code>{plan.supernet}</code> into <code>{plan.output}</code>
      </p>
      <label>
        Token from the server's terminal
        <input name="token" type="password" autocomplete="off" required value={lastToken} />
      </label>
      <button type="submit" disabled={isWriting}>
        {isWriting ? 'Writing …' : 'Write the model'}
      </button>
      {error !== null && (
        <p class="failure" role="alert">
          {error}
        </p>
      )}
    </form>
  );
}
