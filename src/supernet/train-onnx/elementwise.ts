import type { Primitives } from './primitives.js';
import type { Tape, Value } from './tape.js';

/** Sums, products and what is applied to every number. */
export function createElementwise(tape: Tape, p: Primitives) {
  const { record, give } = tape;
  return {
    add: (a: Value, b: Value): Value => {
      const y = p.add(a, b);
      record([y], ([dy]) => {
        give(a, () => p.sumTo(dy as Value, a.shape));
        give(b, () => p.sumTo(dy as Value, b.shape));
      });
      return y;
    },
    multiply: (a: Value, b: Value): Value => {
      const y = p.multiply(a, b);
      record([y], ([dy]) => {
        give(a, () => p.sumTo(p.multiply(dy as Value, b), a.shape));
        give(b, () => p.sumTo(p.multiply(dy as Value, a), b.shape));
      });
      return y;
    },
    relu: (x: Value): Value => {
      const y = p.unary('Relu', x);
      record([y], ([dy]) => give(x, () => p.multiply(dy as Value, p.unary('Sign', y))));
      return y;
    },
    /** Over the last axis. */
    softmax: (x: Value): Value => {
      const y = p.softmax(x);
      record([y], ([dy]) =>
        give(x, () => {
          const weighted = p.multiply(dy as Value, y);
          return p.subtract(weighted, p.multiply(y, p.sum(weighted, [x.shape.length - 1])));
        }),
      );
      return y;
    },
    /** x Phi(x). The derivative is made in the forward pass and kept instead of x, so that backward is one product. */
    gelu: (x: Value): Value => {
      const y = p.gelu(x);
      if (!x.flows) return y;
      // With u = x / sqrt 2, twice the derivative is 1 + erf u + u exp(log(2 / sqrt pi) - u²).
      const u = p.scaled(x, Math.SQRT1_2);
      const density = p.unary('Exp', p.subtract(tape.scalar(Math.log(2 / Math.sqrt(Math.PI))), p.multiply(u, u)));
      const phi = p.add(p.unary('Erf', u), tape.scalar(1));
      const derivative = p.scaled(p.add(phi, p.multiply(u, density)), 0.5);
      record([y], ([dy]) => give(x, () => p.multiply(dy as Value, derivative)));
      return y;
    },
    sin: (x: Value): Value => fixed(p.unary('Sin', x)),
    cos: (x: Value): Value => fixed(p.unary('Cos', x)),
    equal: (x: Value, value: number): Value => fixed(p.equal(x, value)),
  };
}

/** Only what no gradient is asked of goes through these (coordinates, labels). */
const fixed = (y: Value): Value => ({ ...y, flows: false });
