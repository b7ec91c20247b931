/* Options, the event loop, and the line of JSON that is printed at the end. */
#define _GNU_SOURCE
#include "wsload.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char USAGE[] =
    "usage: wsload echo|raw|fan|open|idle -h HOST -p PORT -f FRAMES [-c CONNECTIONS] [-w WINDOW]\n"
    "              [-t SECONDS] [-u WARMUP] [-P PID] [-z] [-g] [-b]\n";

/* How many connections are being opened at a time: below the usual backlog of a listening socket. */
enum { OPENING = 64, EVENTS = 512, PATIENCE = 60 };

Load load;

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(2);
}

static Mode mode_of(const char *name) {
  static const char *const names[] = {"echo", "raw", "fan", "open", "idle"};
  for (int i = 0; i < 5; i++)
    if (!strcmp(name, names[i])) return (Mode)i;
  fail("%s", USAGE);
}

static void read_options(int argc, char **argv) {
  Options *options = &load.options;
  *options = (Options){.host = "127.0.0.1", .connections = 1, .window = 1, .seconds = 1, .warmup = 0.2};
  if (argc < 2) fail("%s", USAGE);
  options->mode = mode_of(argv[1]);
  optind = 2;
  for (int option; (option = getopt(argc, argv, "h:p:f:c:w:t:u:P:zgb")) > 0;) {
    switch (option) {
      case 'h': options->host = optarg; break;
      case 'p': options->port = atoi(optarg); break;
      case 'f': options->frames_path = optarg; break;
      case 'c': options->connections = atoi(optarg); break;
      case 'w': options->window = atoi(optarg); break;
      case 't': options->seconds = atof(optarg); break;
      case 'u': options->warmup = atof(optarg); break;
      case 'P': options->server = atoi(optarg); break;
      case 'z': options->deflate = true; break;
      case 'g': options->greet = true; break;
      case 'b': options->polls = true; break;
      default: fail("%s", USAGE);
    }
  }
  if (!options->frames_path || options->port <= 0 || options->connections < 1 || options->window < 1)
    fail("%s", USAGE);
}

/* ---- what a mode does when a connection is ready, and when a message came ---- */

static void open_next(void) {
  if (load.opened < load.options.connections) connection_open(&load.connections[load.opened++]);
}

static void start_sending(Connection *connection, int count) {
  double now = now_seconds();
  for (int i = 0; i < count; i++) connection_send(connection, now);
  connection_flush(connection);
}

static void reset_and_reopen(Connection *connection) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(connection->fd);
  connection_open(connection);
}

void connection_ready(Connection *connection) {
  connection->state = READY;
  if (load.measuring) load.counters.handshakes++;
  if (load.options.mode == MODE_OPEN) {
    reset_and_reopen(connection);
    return;
  }
  load.ready++;
  open_next();
  if (load.options.mode == MODE_IDLE) {
    if (load.options.greet) start_sending(connection, 1);
    return;
  }
  /* Nobody sends before all are open: a busy server would take long to accept the last of 10,000. */
  if (load.ready < load.options.connections) return;
  int senders = load.options.mode == MODE_FAN ? 1 : load.options.connections;
  for (int i = 0; i < senders; i++) start_sending(&load.connections[i], load.options.window);
}

static void record(const Connection *sender, uint64_t message, double now) {
  if (!load.measuring) return;
  double sent_at = sender->sent_at[message % (uint64_t)load.options.window];
  if (sent_at >= load.measured_from) histogram_add((now - sent_at) * 1e6);
}

/* FAN: a message is done when all have it; only then does the publisher send another. */
static void on_delivery(uint64_t message, double now) {
  uint16_t *delivered = &load.fan_delivered[message % (uint64_t)load.options.window];
  if (++*delivered < load.options.connections) return;
  *delivered = 0;
  Connection *publisher = &load.connections[0];
  record(publisher, message, now);
  connection_send(publisher, now);
}

void connection_message(Connection *connection, double now) {
  if (load.measuring) load.counters.messages++;
  if (load.options.mode == MODE_IDLE) return;
  if (load.options.mode == MODE_FAN) {
    on_delivery(connection->received, now);
    return;
  }
  record(connection, connection->received, now);
  connection_send(connection, now);
}

/* ---- the loop ---- */

static void wait_for_events(int timeout) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(load.epoll, events, EVENTS, timeout);
  for (int i = 0; i < count; i++) {
    Connection *connection = events[i].data.ptr;
    if (connection->fd >= 0) connection_event(connection, events[i].events);
  }
  if (load.options.mode == MODE_FAN && load.connections[0].pending) connection_flush(&load.connections[0]);
}

static void run_until(double end) {
  for (double left; (left = end - now_seconds()) > 0;) {
    if (load.counters.errors && load.ready == 0 && load.options.mode != MODE_OPEN) fail("all connections were lost");
    if (load.options.polls) wait_for_events(0);
    else wait_for_events(left > 0.1 ? 100 : (int)(left * 1000) + 1);
  }
}

static void open_all(void) {
  double give_up = now_seconds() + PATIENCE;
  for (int i = 0; i < OPENING; i++) open_next();
  if (load.options.mode == MODE_OPEN) return;
  while (load.ready < load.options.connections) {
    wait_for_events(100);
    if (now_seconds() > give_up) fail("%d of %d connections opened", load.ready, load.options.connections);
  }
  if (!load.options.greet) return;
  for (int i = 0; i < load.options.connections; i++)
    while (load.connections[i].received == 0 && now_seconds() < give_up) wait_for_events(100);
}

static double own_cpu_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void measure_memory(void) {
  long before = process_rss_bytes(load.options.server);
  open_all();
  run_until(now_seconds() + load.options.warmup);
  long after = process_rss_bytes(load.options.server);
  printf("{\"connections\":%d,\"rssPerConnection\":%.0f,\"rss\":%ld,\"errors\":%llu}\n", load.ready,
         (double)(after - before) / load.options.connections, after, (unsigned long long)load.counters.errors);
}

static void measure_work(void) {
  const Counters *counters = &load.counters;
  open_all();
  run_until(now_seconds() + load.options.warmup);
  load.measured_from = now_seconds();
  double server_cpu = process_cpu_seconds(load.options.server), own_cpu = own_cpu_seconds();
  load.measuring = true;
  run_until(load.measured_from + load.options.seconds);
  load.measuring = false;
  server_cpu = process_cpu_seconds(load.options.server) - server_cpu;
  own_cpu = own_cpu_seconds() - own_cpu;
  double elapsed = now_seconds() - load.measured_from;

  uint64_t done = load.options.mode == MODE_OPEN ? counters->handshakes : counters->messages;
  double each = done ? (double)done : 1;
  printf("{\"done\":%llu,\"perSecond\":%.0f,\"cpuMicroseconds\":%.4f,\"megabytesPerSecond\":%.2f,"
         "\"bytesPerMessage\":%.1f,\"p50\":%.0f,\"p99\":%.0f,\"serverBusy\":%.2f,\"generatorBusy\":%.2f,\"errors\":%llu}\n",
         (unsigned long long)done, (double)done / elapsed, server_cpu * 1e6 / each,
         (double)counters->bytes / elapsed / 1e6, (double)counters->payload_bytes / each, histogram_percentile(0.5),
         histogram_percentile(0.99), server_cpu / elapsed, own_cpu / elapsed, (unsigned long long)counters->errors);
}

int main(int argc, char **argv) {
  read_options(argc, argv);
  signal(SIGPIPE, SIG_IGN);
  frames_read(&load.frames, load.options.frames_path, load.options.window);
  load.epoll = epoll_create1(0);
  load.connections = calloc((size_t)load.options.connections, sizeof *load.connections);
  load.fan_delivered = calloc((size_t)load.options.window, sizeof *load.fan_delivered);
  double *times = calloc((size_t)load.options.connections * (size_t)load.options.window, sizeof *times);
  if (!load.connections || !load.fan_delivered || !times) fail("out of memory");
  for (int i = 0; i < load.options.connections; i++) {
    load.connections[i].fd = -1;
    load.connections[i].sent_at = times + (size_t)i * (size_t)load.options.window;
  }
  if (load.options.mode == MODE_IDLE) measure_memory();
  else measure_work();
  return 0;
}
