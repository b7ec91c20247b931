/* wsload: a one-thread WebSocket load generator for loopback, cheap enough that the server is the bottleneck.
 *
 * main.c       options, the event loop, the line of JSON that is printed
 * connection.c one connection: socket, opening handshake, frames out, frames in
 * frames.c     the table of masked frames that every connection sends again and again
 * process.c    CPU time and memory of the server under test
 * histogram.c  latencies in a fixed amount of memory
 */
#ifndef WSLOAD_H
#define WSLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* ECHO: each connection keeps `window` messages in flight, the server sends each back.
 * RAW:  the same bytes without any handshake, to a TCP echo server: the floor.
 * FAN:  connection 0 keeps `window` messages in flight, the server sends each to all.
 * OPEN: handshake, reset, again, on each of the connections.
 * IDLE: opens all, perhaps echoes one message on each, waits, reads the server's memory. */
typedef enum { MODE_ECHO, MODE_RAW, MODE_FAN, MODE_OPEN, MODE_IDLE } Mode;

typedef struct {
  Mode mode;
  const char *host;
  int port;
  int connections;
  int window;        /* messages in flight, per connection (FAN: in all) */
  double seconds;    /* how long to measure */
  double warmup;     /* seconds of work before measuring; IDLE: seconds of silence before reading the memory */
  pid_t server;      /* process whose CPU time and memory are read; 0: none */
  bool deflate;      /* offer permessage-deflate (RFC 7692) and insist on it */
  bool greet;        /* IDLE: one message on each connection first */
  bool polls;        /* never sleep: then no server pays for waking us, nor a slow one more often */
  const char *frames_path;
} Options;

/* The table of frames: as many copies of the file's frames as make a window, one after the other in memory. */
typedef struct {
  unsigned char *bytes;    /* masked, ready to send */
  size_t size;
  int count;
  size_t *offset;          /* count + 1 offsets into bytes */
  size_t *payload_size;
  unsigned char **payload; /* unmasked, to compare the echo with */
} FrameTable;

typedef enum { CLOSED, CONNECTING, HANDSHAKE, READY } State;

typedef struct {
  int fd;
  State state;
  bool wants_write;       /* registered for EPOLLOUT */
  bool verified;          /* the first reply was compared byte by byte */
  /* out: a range of the frame table, which is read as a ring */
  int next_frame;
  size_t position;        /* offset in the table of the first byte not yet sent */
  size_t pending;         /* bytes still to send from there */
  /* in */
  unsigned char header[14];
  int header_have, header_need;
  uint64_t frame_left;    /* payload bytes of the current frame still to come */
  uint64_t message_size;  /* payload bytes of the current message so far */
  uint64_t received;      /* complete messages */
  int head_matched;       /* how much of "\r\n\r\n" was seen */
  int head_size;
  char head[1024];
  double *sent_at;        /* ring of `window` times */
  uint64_t sent;
} Connection;

typedef struct {
  uint64_t messages, bytes, errors, handshakes, payload_bytes;
} Counters;

/* What the whole program shares. */
typedef struct {
  Options options;
  FrameTable frames;
  Connection *connections;
  int epoll;
  int opened, ready;
  bool measuring;
  double measured_from;
  Counters counters;      /* only what happened while measuring, but for errors */
  uint16_t *fan_delivered; /* FAN: receivers that have message m, a ring of `window` */
} Load;

extern Load load;

/* frames.c */
void frames_read(FrameTable *table, const char *path, int window);

/* connection.c */
void connection_open(Connection *connection);
void connection_event(Connection *connection, uint32_t events);
void connection_send(Connection *connection, double now);
void connection_flush(Connection *connection);
void connection_ready(Connection *connection);           /* main.c: the handshake is done */
void connection_message(Connection *connection, double now); /* main.c: a whole message came */

/* process.c */
double now_seconds(void);
double process_cpu_seconds(pid_t pid);
long process_rss_bytes(pid_t pid);

/* histogram.c */
void histogram_add(double microseconds);
double histogram_percentile(double fraction);

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
