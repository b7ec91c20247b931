/* One connection of the generator: socket, opening handshake, frames out of the table, frames in. */
#define _GNU_SOURCE
#include "wsload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { RECEIVE_SIZE = 1 << 20, SOURCES = 64, MOST_RANGES = 64 };

static void drop(Connection *connection) {
  load.counters.errors++;
  if (connection->state == READY) load.ready--;
  close(connection->fd);
  connection->fd = -1;
  connection->state = CLOSED;
}

static void want_write(Connection *connection, bool wanted) {
  if (connection->wants_write == wanted) return;
  connection->wants_write = wanted;
  struct epoll_event event = {.events = EPOLLIN | (wanted ? EPOLLOUT : 0), .data.ptr = connection};
  epoll_ctl(load.epoll, EPOLL_CTL_MOD, connection->fd, &event);
}

/* Sources spread over 127.0.0.1 to 127.0.0.64: each has its own 28,000 ports. */
static void bind_source(int fd) {
  static uint32_t next;
  int one = 1;
  struct sockaddr_in source = {.sin_family = AF_INET};
  source.sin_addr.s_addr = htonl(0x7f000001 + next++ % SOURCES);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  bind(fd, (struct sockaddr *)&source, sizeof source);
}

void connection_open(Connection *connection) {
  double *sent_at = connection->sent_at;
  memset(connection, 0, sizeof *connection);
  connection->sent_at = sent_at;
  connection->header_need = 2;
  connection->state = CONNECTING;
  connection->wants_write = true;
  connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connection->fd < 0) fail("socket: %s", strerror(errno));
  int one = 1;
  setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  bind_source(connection->fd);
  struct sockaddr_in target = {.sin_family = AF_INET, .sin_port = htons((uint16_t)load.options.port)};
  inet_pton(AF_INET, load.options.host, &target.sin_addr);
  if (connect(connection->fd, (struct sockaddr *)&target, sizeof target) < 0 && errno != EINPROGRESS)
    fail("connect: %s", strerror(errno));
  struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = connection};
  epoll_ctl(load.epoll, EPOLL_CTL_ADD, connection->fd, &event);
}

/* ---- out ---- */

/* Queues the next frame of the table. */
void connection_send(Connection *connection, double now) {
  const FrameTable *table = &load.frames;
  int index = connection->next_frame;
  connection->pending += table->offset[index + 1] - table->offset[index];
  connection->next_frame = index + 1 == table->count ? 0 : index + 1;
  connection->sent_at[connection->sent++ % (uint64_t)load.options.window] = now;
}

void connection_flush(Connection *connection) {
  const FrameTable *table = &load.frames;
  while (connection->pending) {
    struct iovec ranges[MOST_RANGES];
    int count = 0;
    size_t position = connection->position, left = connection->pending;
    while (left && count < MOST_RANGES) {
      size_t size = table->size - position < left ? table->size - position : left;
      ranges[count++] = (struct iovec){table->bytes + position, size};
      left -= size;
      position = 0;
    }
    struct msghdr message = {.msg_iov = ranges, .msg_iovlen = (size_t)count};
    ssize_t written = sendmsg(connection->fd, &message, MSG_NOSIGNAL);
    if (written < 0) {
      if (errno == EAGAIN) want_write(connection, true);
      else drop(connection);
      return;
    }
    connection->pending -= (size_t)written;
    connection->position = (connection->position + (size_t)written) % table->size;
  }
  want_write(connection, false);
}

/* ---- in ---- */

static void send_handshake(Connection *connection) {
  char request[512];
  int size = snprintf(request, sizeof request,
                      "GET / HTTP/1.1\r\n"
                      "Host: %s:%d\r\n"
                      "Upgrade: websocket\r\n"
                      "Connection: Upgrade\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      "Sec-WebSocket-Version: 13\r\n"
                      "%s\r\n",
                      load.options.host, load.options.port,
                      load.options.deflate ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
  connection->state = HANDSHAKE;
  if (send(connection->fd, request, (size_t)size, MSG_NOSIGNAL) != size) drop(connection);
  else want_write(connection, false);
}

/* Reads the response head; returns how many of the bytes belong to it. */
static size_t read_head(Connection *connection, const unsigned char *bytes, size_t size) {
  int *matched = &connection->head_matched, *length = &connection->head_size;
  for (size_t i = 0; i < size; i++) {
    if (*length < (int)sizeof connection->head - 1) connection->head[(*length)++] = (char)bytes[i];
    *matched = bytes[i] == (unsigned char)"\r\n\r\n"[*matched] ? *matched + 1 : bytes[i] == '\r';
    if (*matched < 4) continue;
    connection->head[*length] = 0;
    if (strncmp(connection->head, "HTTP/1.1 101", 12)) fail("handshake refused: %.60s", connection->head);
    if (load.options.deflate && !strcasestr(connection->head, "permessage-deflate"))
      fail("the server declined permessage-deflate");
    connection_ready(connection);
    return i + 1;
  }
  return size;
}

/* The header is complete: RFC 6455, 5.2. */
static void begin_frame(Connection *connection) {
  const unsigned char *header = connection->header;
  uint64_t size = header[1] & 127;
  if (size == 126) {
    size = (uint64_t)header[2] << 8 | header[3];
  } else if (size == 127) {
    size = 0;
    for (int i = 2; i < 10; i++) size = size << 8 | header[i];
  }
  if ((header[0] & 15) == 8) load.counters.errors++;
  connection->frame_left = size;
  if ((header[0] & 15) < 8) connection->message_size += size;
}

static void end_frame(Connection *connection, double now) {
  unsigned char first = connection->header[0];
  connection->header_have = 0;
  connection->header_need = 2;
  if ((first & 15) >= 8 || !(first & 0x80)) return;
  if (load.measuring) load.counters.payload_bytes += connection->message_size;
  connection_message(connection, now);
  connection->received++;
  connection->message_size = 0;
}

/* Compares the first reply with what was sent, as far as it arrived in one piece. */
static void verify(Connection *connection, const unsigned char *bytes, size_t size) {
  const FrameTable *table = &load.frames;
  if (connection->verified || load.options.deflate || load.options.mode == MODE_RAW) return;
  connection->verified = true;
  if (connection->message_size != table->payload_size[0] || memcmp(bytes, table->payload[0], size))
    fail("the server sent something else than it got");
}

static void read_frames(Connection *connection, const unsigned char *bytes, size_t size, double now) {
  while (size && connection->state == READY) {
    if (connection->header_have < connection->header_need) {
      connection->header[connection->header_have++] = *bytes++;
      size--;
      if (connection->header_have == 2) {
        int short_size = connection->header[1] & 127;
        connection->header_need = 2 + (short_size == 126 ? 2 : short_size == 127 ? 8 : 0) +
                                  (connection->header[1] & 0x80 ? 4 : 0);
      }
      if (connection->header_have < connection->header_need) continue;
      begin_frame(connection);
    }
    size_t taken = size < connection->frame_left ? size : connection->frame_left;
    if (taken) verify(connection, bytes, taken);
    connection->frame_left -= taken;
    bytes += taken;
    size -= taken;
    if (!connection->frame_left) end_frame(connection, now);
  }
}

static void on_readable(Connection *connection) {
  static unsigned char buffer[RECEIVE_SIZE];
  ssize_t size = recv(connection->fd, buffer, sizeof buffer, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    drop(connection);
    return;
  }
  double now = now_seconds();
  if (load.measuring) load.counters.bytes += (uint64_t)size;
  size_t head = connection->state == HANDSHAKE ? read_head(connection, buffer, (size_t)size) : 0;
  if (connection->state == READY) read_frames(connection, buffer + head, (size_t)size - head, now);
  if (connection->state == READY && connection->pending) connection_flush(connection);
}

static void on_connected(Connection *connection) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error) fail("connect: %s", strerror(error));
  if (load.options.mode != MODE_RAW) {
    send_handshake(connection);
    return;
  }
  want_write(connection, false);
  connection_ready(connection);
}

void connection_event(Connection *connection, uint32_t events) {
  if (connection->state == CONNECTING) {
    if (events & (EPOLLOUT | EPOLLERR)) on_connected(connection);
    return;
  }
  if (connection->state == READY && (events & EPOLLOUT)) connection_flush(connection);
  if (connection->fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) on_readable(connection);
}
