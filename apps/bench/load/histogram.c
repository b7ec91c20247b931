/* Latencies from 1 us to hours: 32 buckets for each power of two, so that every figure is right within 3 %. */
#include "wsload.h"

enum { STEPS = 32, POWERS = 32 };

static uint64_t buckets[POWERS * STEPS];
static uint64_t total;

void histogram_add(double microseconds) {
  double value = microseconds < 1 ? 1 : microseconds;
  int power = 0;
  while (value >= 2 && power < POWERS - 1) {
    value /= 2;
    power++;
  }
  int step = (int)((value - 1) * STEPS);
  buckets[power * STEPS + (step < STEPS ? step : STEPS - 1)]++;
  total++;
}

double histogram_percentile(double fraction) {
  uint64_t wanted = (uint64_t)((double)total * fraction), seen = 0;
  for (int i = 0; i < POWERS * STEPS; i++) {
    seen += buckets[i];
    if (buckets[i] && seen > wanted) return (double)(1ULL << (i / STEPS)) * (1 + (i % STEPS + 0.5) / STEPS);
  }
  return 0;
}
