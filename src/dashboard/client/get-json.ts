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
  const said = (await answer.json().catch(() => ({}))) as T & { readonly error?: string };
  if (!answer.ok) throw new Error(said.error ?? `the server answered ${answer.status}`);
  return said;
}
