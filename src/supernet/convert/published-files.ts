export interface PublishedFile {
  readonly file: string;
  readonly url: string;
  /** Of the file as its authors publish it; undefined where no published value is known. */
  readonly sha256?: string;
  readonly license: string;
  readonly what: string;
}

const META = 'https://dl.fbaipublicfiles.com/segment_anything';
const EFFICIENT = 'https://github.com/yformer/EfficientSAM/raw/main/weights';

/**
 * The files that `convert` reads, where their authors publish them. The digits in the names of Meta's files begin their
 * MD5, not their sha256.
 */
export const publishedFiles: readonly PublishedFile[] = [
  {
    file: 'sam_vit_b_01ec64.pth',
    url: `${META}/sam_vit_b_01ec64.pth`,
    sha256: 'ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912',
    license: 'Apache-2.0',
    what: 'SAM ViT-B',
  },
  {
    file: 'sam_vit_l_0b3195.pth',
    url: `${META}/sam_vit_l_0b3195.pth`,
    sha256: '3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622',
    license: 'Apache-2.0',
    what: 'SAM ViT-L',
  },
  {
    file: 'sam_vit_h_4b8939.pth',
    url: `${META}/sam_vit_h_4b8939.pth`,
    sha256: 'a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e',
    license: 'Apache-2.0',
    what: 'SAM ViT-H',
  },
  {
    file: 'mobile_sam.pt',
    url: 'https://github.com/ChaoningZhang/MobileSAM/raw/master/weights/mobile_sam.pt',
    sha256: '6dbb90523a35330fedd7f1d3dfc66f995213d81b29a5ca8108dbcdd4e37d6c2f',
    license: 'Apache-2.0',
    what: 'MobileSAM',
  },
  {
    file: 'efficient_sam_vitt.pt',
    url: `${EFFICIENT}/efficient_sam_vitt.pt`,
    license: 'Apache-2.0',
    what: 'EfficientSAM-Ti',
  },
  {
    file: 'efficient_sam_vits.pt',
    url: `${EFFICIENT}/efficient_sam_vits.pt.zip`,
    license: 'Apache-2.0',
    what: 'EfficientSAM-S, to be unzipped first',
  },
  ...(['base', 'large', 'huge'] as const).map((size) => ({
    file: 'model.safetensors',
    url: `https://huggingface.co/facebook/sam-vit-${size}`,
    license: 'Apache-2.0',
    what: `SAM ViT-${size[0]?.toUpperCase()} for transformers`,
  })),
];

/** The published file that a sha256 belongs to. */
export const publishedFile = (sha256: string): PublishedFile | undefined =>
  publishedFiles.find((file) => file.sha256 === sha256);
