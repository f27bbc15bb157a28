import { readText } from '../base/files.js';
import { parseJson, RepeatedKeyError } from '../base/parse-json.js';
import { UsageError } from '../errors.js';

/**
 * What an argument says that is JSON, or the path of a file with it.
 *
 * @param what it is to be, for messages: "the configuration"
 * @param remedy how it is written
 * @throws UsageError when it is neither
 */
export async function readJsonArgument(argument: string, what: string, remedy: string): Promise<unknown> {
  const isJson = /^\s*[{[]/.test(argument);
  const text = isJson
    ? argument
    : await readText(argument).catch((cause: unknown) => {
        const how = 'give JSON or a file';
        throw new UsageError(`cannot read ${what} ${argument}: ${(cause as Error).message}`, { cause, remedy: how });
      });
  try {
    return parseJson(text);
  } catch (cause) {
    const why = cause instanceof RepeatedKeyError ? cause.message : `${argument} is not JSON`;
    throw new UsageError(`cannot read ${what}: ${why}`, { cause, remedy });
  }
}
