import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { decodeText } from './files.js';

/** The longest text that there can be, near enough; a small compressed file can hold any amount. */
const MOST_BYTES = 500_000_000;
/** How files of other kinds begin, in hexadecimal digits of which any is `.`, and what to do with them. */
const BINARY = [
  ['504b0304', 'is an Excel workbook or another zip archive', 'save the sheet as CSV, or unpack it'],
  ['50415231', 'is a Parquet file', 'write it as CSV (pandas: read_parquet(…).to_csv(…, index=False))'],
  ['53514c69746520666f726d6174203300', 'is a SQLite database', 'see `supersam import --help`'],
  ['d0cf11e0', 'is an Excel workbook', 'save the sheet as CSV'],
  ['.{16}4455434b', 'is a DuckDB database', "write the table as CSV (COPY … TO 'table.csv')"],
  ['46454131', 'is a Feather file', 'write it as CSV (pandas: read_feather(…).to_csv(…, index=False))'],
  ['4f5243', 'is an ORC file', 'write it as CSV (pandas: read_orc(…).to_csv(…, index=False))'],
  ['4f626a01', 'is an Avro file', 'write it as CSV'],
  ['3c73746174615f647461', "is Stata's", 'write it as CSV (pandas: read_stata(…).to_csv(…, index=False))'],
  ['24464c32', "is SPSS's", 'write it as CSV (pandas: read_spss(…).to_csv(…, index=False))'],
  ['4d41544c4142', "is MATLAB's", 'write it as CSV there (writetable)'],
  ['4152524f5731', 'is a Feather file', 'write it as CSV (pandas: read_feather(…).to_csv(…, index=False))'],
  ['894844460d0a1a0a', 'is an HDF5 file', 'write what is in it as CSV (pandas: read_hdf(…).to_csv(…, index=False))'],
  ['934e554d5059', 'is an array of NumPy', 'write it as CSV with the names in its first line'],
  ...['8002', '8003', '8004', '8005'].map(
    (start) =>
      [start, 'is a pickle of Python', 'write it as CSV (pandas: read_pickle(…).to_csv(…, index=False))'] as const,
  ),
  ['28b52ffd', 'is packed by zstd', 'unpack it'],
  ['fd377a585a00', 'is packed by xz', 'unpack it'],
  ['425a68', 'is packed by bzip2', 'unpack it'],
] as const;

/** What a file is that was taken for a text. */
export class BinaryFileError extends Error {
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(what);
    this.remedy = remedy;
  }
}

/**
 * The text of bytes that gzip may have packed, whatever the file's name says: browsers unpack on the way, people rename.
 *
 * @throws BinaryFileError for what is no text; an error of zlib for what is damaged or too long unpacked.
 */
export async function packedText(bytes: Uint8Array): Promise<string> {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  if (start.startsWith('1f8b')) return textOf(await promisify(gunzip)(bytes, { maxOutputLength: MOST_BYTES }));
  const binary = BINARY.find(([magic]) => new RegExp(`^${magic}`).test(start));
  if (binary !== undefined) throw new BinaryFileError(binary[1], binary[2]);
  return textOf(bytes);
}

function textOf(bytes: Uint8Array): string {
  let text: string;
  try {
    text = decodeText(bytes);
  } catch {
    throw new BinaryFileError('is in another encoding than UTF-8', 'save it as UTF-8');
  }
  if (!text.includes('\0')) return text;
  // UTF-16 without its mark has one beside every letter.
  const share = (text.split('\0').length - 1) / text.length;
  if (share > 0.4 && share < 0.6) throw new BinaryFileError('holds NUL characters, as UTF-16 does', 'save it as UTF-8');
  throw new BinaryFileError('is no text, but holds NUL characters', 'write it as CSV or JSON in UTF-8');
}
