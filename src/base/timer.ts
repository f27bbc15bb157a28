/** The longest that `setTimeout` waits; more becomes 1 ms. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Calls `action` once after so many milliseconds, however many, unless the returned function is called before. An
 * infinite wait never ends and holds no timer. A timer that is not `ref` lets the process end meanwhile.
 */
export function startTimer(milliseconds: number, action: () => void, { ref = true } = {}): () => void {
  let timer: NodeJS.Timeout | undefined;
  const arm = (left: number) => {
    if (left === Number.POSITIVE_INFINITY) return;
    const wait = Math.min(left, LONGEST_MS);
    timer = setTimeout(() => (left > wait ? arm(left - wait) : action()), wait);
    if (!ref) timer.unref();
  };
  arm(milliseconds);
  return () => clearTimeout(timer);
}
