import type { NetworkDescription } from '../../model/description.js';
import type { ComparedNetwork, ComparedWithTeacher } from './compare-with-teacher.js';

/** `README.md` of a student's folder: what these weights are and are not, and how they score beside the teacher's. */
export function modelCard({ name, source }: NetworkDescription, compared: ComparedWithTeacher): string {
  const { inputSize, split, images, objects } = compared;
  return `# ${name}

${source.description[0]?.toUpperCase()}${source.description.slice(1)}.

The encoder began with seeded random weights, but for the neck behind its first convolution, and learned from the teacher's image
embedding; that neck at the start, prompt encoder and mask decoder are the teacher's. The architecture may bear a published name, the weights are nobody's but this run's. \`training.json\` has the
settings, \`training.csv\` the curves.

Mean IoU on ${images} images of the ${split} split (${objects} objects) at ${inputSize} pixels, single mask:

| | encoder parameters | MACs | box | point |
| --- | ---: | ---: | ---: | ---: |
${[compared.teacher, compared.student].map(row).join('\n')}
${source.license === undefined ? '' : `\nLicense of the teacher: ${source.license}.\n`}`;
}

const row = ({ name, encoderParameters, macs, meanIou }: ComparedNetwork): string => {
  const iou = (prompt: string) => meanIou[prompt]?.['single']?.toFixed(3) ?? '';
  return `| ${name} | ${encoderParameters.toLocaleString('en-US')} | ${(macs / 1e9).toFixed(2)} G | ${iou('box')} | ${iou('point')} |`;
};
