/* CPU time and memory of another process. */
#define _GNU_SOURCE
#include "wsload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

double now_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* User and system time of all threads, dead ones too: the kernel's clock of the process has nanoseconds,
 * /proc/PID/stat shows the same in ticks of 10 ms. */
double process_cpu_seconds(pid_t pid) {
  clockid_t clock;
  struct timespec time;
  if (pid > 0 && clock_getcpuclockid(pid, &clock) == 0 && clock_gettime(clock, &time) == 0)
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;

  char path[64], line[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  FILE *file = pid > 0 ? fopen(path, "r") : NULL;
  if (!file) return 0;
  size_t size = fread(line, 1, sizeof line - 1, file);
  fclose(file);
  line[size] = 0;
  const char *name_end = strrchr(line, ')');
  unsigned long user = 0, system = 0;
  if (name_end) sscanf(name_end + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
  return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* smaps_rollup counts pages one by one; statm may be off by some pages per CPU. */
long process_rss_bytes(pid_t pid) {
  char path[64], line[256];
  long kilobytes = 0, pages = 0;
  snprintf(path, sizeof path, "/proc/%d/smaps_rollup", (int)pid);
  FILE *file = pid > 0 ? fopen(path, "r") : NULL;
  if (file) {
    while (fgets(line, sizeof line, file))
      if (sscanf(line, "Rss: %ld kB", &kilobytes) == 1) break;
    fclose(file);
    if (kilobytes > 0) return kilobytes * 1024;
  }
  snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
  file = pid > 0 ? fopen(path, "r") : NULL;
  if (!file) return 0;
  if (fgets(line, sizeof line, file)) sscanf(line, "%*d %ld", &pages);
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}
