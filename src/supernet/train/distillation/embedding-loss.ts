export interface EmbeddingLoss {
  /** `cosine + l2`. */
  readonly loss: number;
  /** Mean over cells of 1 - cosine of the angle between the two vectors. */
  readonly cosine: number;
  /** Squared distance of the maps relative to the teacher's squared length. */
  readonly l2: number;
  /** By the student's embedding. */
  readonly gradient: Float32Array;
}

/** Keeps a vector of length 0 from dividing. */
const EPSILON = 1e-12;

/**
 * How far the embedding of one image is from the teacher's. Both terms are free of the embedding's scale, so that they weigh
 * the same for every teacher: mean_k (1 - cos(s_k, t_k)) + |s - t|² / |t|².
 * @param student `[cells, channels]`
 * @param teacher the same shape
 */
export function embeddingLoss(student: Float32Array, teacher: Float32Array, channels: number): EmbeddingLoss {
  const cells = student.length / channels;
  const gradient = new Float32Array(student.length);
  let [cosine, distance, length] = [0, 0, 0];
  for (let cell = 0; cell < cells; cell++) {
    const from = cell * channels;
    let [dot, ss, tt] = [0, 0, 0];
    for (let i = from; i < from + channels; i++) {
      const s = student[i] as number;
      const t = teacher[i] as number;
      dot += s * t;
      ss += s * s;
      tt += t * t;
    }
    const lengths = Math.sqrt(ss * tt) + EPSILON;
    const angle = dot / lengths;
    cosine += (1 - angle) / cells;
    distance += ss - 2 * dot + tt;
    length += tt;
    const along = angle / (ss + EPSILON);
    for (let i = from; i < from + channels; i++)
      gradient[i] = (along * (student[i] as number) - (teacher[i] as number) / lengths) / cells;
  }
  const scale = 1 / (length + EPSILON);
  for (let i = 0; i < gradient.length; i++)
    gradient[i] = (gradient[i] as number) + 2 * scale * ((student[i] as number) - (teacher[i] as number));
  const l2 = Math.max(0, distance) * scale;
  return { loss: cosine + l2, cosine, l2, gradient };
}
