/** The bytes of a file that an element of the page holds, gzipped and in base64. */
export async function embeddedFile(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const text = atob(textOf(id));
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function textOf(id: string): string {
  const text = document.getElementById(id)?.textContent;
  if (text === null || text === undefined) throw new Error(`the page holds no ${id}`);
  return text;
}
