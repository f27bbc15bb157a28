import {
  type Configuration,
  type Context,
  crowdedOrder,
  defineTechnique,
  dominates,
  type Evaluated,
  evaluated,
  extendFront,
  type FinishedTrial,
} from 'supersam/kit';

/** `previous` and `position` are where a particle was last, `best` its personal best, null until one was measured. */
type Particle = { position: Configuration; previous: Configuration; best: Evaluated | null };
/** `leaders` is the best trial of all, with several objectives the front; `open` says whose proposals are unmeasured. */
type State = { particles: Particle[]; leaders: Evaluated[]; turn: number; open: { key: string; particle: number }[] };

/** With several objectives, leaders beyond this many are dropped, the most crowded first. */
const MOST_LEADERS = 100;

/**
 * Particle swarm with inertia (Kennedy and Eberhart, 1995; Shi and Eberhart, 1998): x + omega (x - x before) + phi_l r1
 * (personal best - x) + phi_g r2 (best of all - x) with r1, r2 uniform, for every type of parameter by the space's own
 * steps: `move` pulls towards the bests, `difference` goes on in the direction of the last step (for unordered values:
 * a chance to change what has just changed). The best of all may come from any author. With several objectives it is a
 * random member of the front, and a personal best stays only while it dominates (SMPSO: Nebro et al., 2009). A particle
 * that stands still is mutated. Defaults are OpenTuner's: omega = phi_l = phi_g = 0.5, 30 particles.
 */
export default defineTechnique({
  name: 'particle-swarm',
  description: 'particles are drawn to their own best and to that of all (Kennedy and Eberhart, 1995)',
  options: {
    population: { type: 'integer', default: 30, min: 1, max: 10_000, description: 'particles' },
    omega: { type: 'float', default: 0.5, min: 0, max: 2, description: 'inertia: share of the last step kept' },
    phi_l: { type: 'float', default: 0.5, min: 0, max: 4, description: 'pull of the personal best' },
    phi_g: { type: 'float', default: 0.5, min: 0, max: 4, description: 'pull of the best of all' },
  },
  create: ({ population, omega, phi_l, phi_g }) => ({
    init: (): State => ({ particles: [], leaders: [], turn: 0, open: [] }),

    ask(state: State, count, { space, rng }) {
      const step = ({ position, previous, best }: Particle): Configuration => {
        if (state.leaders.length === 0) return space.sample(rng);
        const pulls = [
          ...(best === null ? [] : [{ to: best.configuration, weight: phi_l * rng.float() }]),
          { to: rng.pick(state.leaders).configuration, weight: phi_g * rng.float() },
        ];
        const pulled = space.move(position, pulls, rng);
        const next = space.difference(pulled, position, previous, omega, rng);
        return space.key(next) === space.key(position) ? space.mutate(next, { rate: 0 }, rng) : next;
      };
      const particles = [...state.particles];
      const open = [...state.open];
      const proposals = Array.from({ length: count }, (_, i) => {
        const turn = (state.turn + i) % population;
        const particle = particles[turn];
        const position = particle === undefined ? space.sample(rng) : step(particle);
        particles[turn] = { position, previous: particle?.position ?? position, best: particle?.best ?? null };
        open.push({ key: space.key(position), particle: turn });
        return position;
      });
      // Proposals that were turned away never come back; four swarms of open ones are more than workers need.
      const kept = open.slice(-Math.max(count, 4 * population));
      return [proposals, { particles, leaders: state.leaders, turn: (state.turn + count) % population, open: kept }];
    },

    tell: (state, trials, context) => trials.reduce<State>((next, trial) => learn(next, trial, context), state),
  }),
});

function learn(state: State, trial: FinishedTrial, { space, objectives }: Context): State {
  const key = space.key(trial.configuration);
  const owner = state.open.find((entry) => entry.key === key)?.particle;
  const open = state.open.filter((entry) => entry.key !== key);
  const [member] = evaluated([trial], objectives);
  if (member === undefined) return { ...state, open };
  const particles = state.particles.map((particle, i) => {
    const stays = i !== owner || (particle.best !== null && dominates(particle.best.losses, member.losses));
    return stays ? particle : { ...particle, best: member };
  });
  return { ...state, open, particles, leaders: thinned(extendFront(state.leaders, member)) };
}

function thinned(leaders: Evaluated[]): Evaluated[] {
  if (leaders.length <= MOST_LEADERS) return leaders;
  return leaders.toSpliced(crowdedOrder(leaders.map(({ losses }) => losses)).at(-1)!, 1);
}
