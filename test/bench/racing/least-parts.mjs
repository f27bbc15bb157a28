const SMALLEST = 1e-300;

/**
 * How many parts on average no race can do without that stops a configuration which belongs on the front with a chance of at most
 * `risk`, whatever the values of parts, the order and the rule are. `rooms` are how far the configuration's parts are from the best
 * value they could have, times what they count, `bound` the sum of the rival's.
 *
 * Of its b parts with most room some m, drawn at random, may have the best value instead; where the m with the least room of these
 * make up for what the sum is above the bound, any m do, and the configuration belongs on the front. Who has looked at t
 * parts has seen none of the m, and so the same as without them, with a chance of at least h(t) = C(b - m, t) / C(b, t). So
 * the mean of h over the parts at which the race stops is at most the risk; h is convex, so that h of the mean number is too.
 */
export function leastParts(rooms, bound, risk) {
  const above = rooms.reduce((sum, room) => sum + room, 0) - bound;
  const sorted = rooms.toSorted((a, b) => b - a);
  let most = 0;
  for (let b = 1; b <= sorted.length; b++) {
    let [m, sum] = [0, 0];
    while (m < b && sum < above) sum += sorted[b - ++m];
    if (sum < above || m === 0) continue;
    let [t, h, next] = [0, 1, 1];
    while (h > Math.max(risk, SMALLEST)) {
      next = (h * (b - m - t)) / (b - t);
      if (next <= risk) break;
      [t, h] = [t + 1, next];
    }
    most = Math.max(most, t + (h - risk) / (h - next));
  }
  return most;
}
