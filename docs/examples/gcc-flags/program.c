/* A blur by a 5 x 5 kernel and a histogram of its result: loops that gcc's flags treat very differently. */
#include <stdio.h>
#include <stdlib.h>

#define SIDE 512
#define RADIUS 2

static float image[SIDE][SIDE], blurred[SIDE][SIDE];
static int histogram[64];

static float weight(int dy, int dx) { return 1.0f / (1 + dy * dy + dx * dx); }

static void blur(void) {
  for (int y = RADIUS; y < SIDE - RADIUS; y++)
    for (int x = RADIUS; x < SIDE - RADIUS; x++) {
      float sum = 0, total = 0;
      for (int dy = -RADIUS; dy <= RADIUS; dy++)
        for (int dx = -RADIUS; dx <= RADIUS; dx++) {
          float w = weight(dy, dx);
          sum += w * image[y + dy][x + dx];
          total += w;
        }
      blurred[y][x] = sum / total;
    }
}

static void count(void) {
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) histogram[(int)(blurred[y][x] * 63.0f) & 63]++;
}

int main(int argc, char **argv) {
  int rounds = argc > 1 ? atoi(argv[1]) : 10;
  unsigned state = 1;
  for (int y = 0; y < SIDE; y++)
    for (int x = 0; x < SIDE; x++) {
      state = state * 1664525u + 1013904223u;
      image[y][x] = (float)(state >> 8) / 16777216.0f;
    }
  for (int i = 0; i < rounds; i++) {
    blur();
    count();
  }
  long checksum = 0;
  for (int i = 0; i < 64; i++) checksum += (long)i * histogram[i] / rounds;
  printf("%ld\n", checksum);
  return 0;
}
