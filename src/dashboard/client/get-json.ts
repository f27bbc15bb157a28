/**
 * What the server answers; with a body it is asked by POST.
 *
 * @throws Error with what the server refused, or that it is not there.
 */
export async function getJson<T>(
  address: string,
  body?: Blob | object,
  signal?: AbortSignal,
  token?: string,
): Promise<T> {
  const isBytes = body instanceof Blob;
  const answer = await fetch(address, {
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined
      ? {}
      : {
          method: 'POST',
          headers: {
            'Content-Type': isBytes ? 'application/octet-stream' : 'application/json',
            ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          },
          body: isBytes ? body : JSON.stringify(body),
        }),
  });
  // An answer that breaks off, or was no longer wanted, is none.
  if (answer.ok) return (await answer.json()) as T;
  const said = (await answer.json().catch(() => ({}))) as { readonly error?: string };
  throw new Error(said.error ?? `the server answered ${answer.status}`);
}
