// Gzip files (RFC 1952) with zlib, at once or as a stream.
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "internal.h"

/// Grows the buffer by at least one byte, up to `limit`.
static bool ci_grow(ci_bytes *bytes, size_t *capacity, size_t limit) {
  if (bytes->count < *capacity) return true;
  if (*capacity >= limit) {
    bytes->exceeds_limit = true;
    return ci_fail(bytes->message, "it inflates to more than %zu bytes", limit);
  }
  size_t larger = *capacity ? 2 * *capacity : 1 << 16;
  if (larger > limit) larger = limit;
  uint8_t *data = realloc(bytes->data, larger);
  if (!data) return ci_fail_for_memory(bytes, "no memory for %zu bytes", larger);
  bytes->data = data;
  *capacity = larger;
  return true;
}

static bool ci_inflate_all(z_stream *stream, size_t limit, ci_bytes *result) {
  size_t capacity = 0;
  for (;;) {
    if (!ci_grow(result, &capacity, limit)) return false;
    size_t available = capacity - result->count;
    stream->next_out = result->data + result->count;
    stream->avail_out = available > 1u << 30 ? 1u << 30 : (uInt)available;
    uInt before = stream->avail_out;
    int code = inflate(stream, Z_NO_FLUSH);
    result->count += before - stream->avail_out;
    if (code == Z_STREAM_END) {
      // Several gzip files in one are one (RFC 1952, 2.2).
      if (stream->avail_in == 0) return true;
      if (inflateReset(stream) != Z_OK) return ci_fail(result->message, "zlib could not go on");
    } else if (code == Z_MEM_ERROR) {
      return ci_fail_for_memory(result, "no memory for inflating");
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return ci_fail(result->message, "damaged gzip data: %s", stream->msg ? stream->msg : zError(code));
    } else if (stream->avail_in == 0 && stream->avail_out > 0) {
      return ci_fail(result->message, "the gzip data end early");
    }
  }
}

bool ci_gunzip(const uint8_t *bytes, size_t count, size_t limit, ci_bytes *result) {
  memset(result, 0, sizeof *result);
  if (count < 18 || bytes[0] != 0x1F || bytes[1] != 0x8B) return ci_fail(result->message, "not a gzip file");
  if (count > UINT32_MAX) return ci_fail(result->message, "a gzip file of 4 GB or more");
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)count;
  // 15 + 16: the largest window, and a gzip header.
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return ci_fail_for_memory(result, "no memory for inflating");
  bool whole = ci_inflate_all(&stream, limit, result);
  inflateEnd(&stream);
  if (!whole) {
    free(result->data);
    result->data = NULL;
    result->count = 0;
  }
  return whole;
}

ptrdiff_t ci_gunzip_start(const uint8_t *bytes, size_t count, uint8_t *target, size_t wanted) {
  if (count < 18 || count > UINT32_MAX || wanted > UINT32_MAX) return -1;
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)count;
  stream.next_out = target;
  stream.avail_out = (uInt)wanted;
  if (inflateInit2(&stream, 15 + 16) != Z_OK) return -1;
  int code = inflate(&stream, Z_SYNC_FLUSH);
  ptrdiff_t got = (ptrdiff_t)wanted - (ptrdiff_t)stream.avail_out;
  inflateEnd(&stream);
  return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR ? got : -1;
}

ci_gzip_reader *ci_gzip_open(const char *path, char message[CI_MESSAGE_LENGTH]) {
  gzFile file = gzopen(path, "rb");
  if (!file) {
    ci_fail(message, "cannot be opened");
    return NULL;
  }
  gzbuffer(file, 1 << 18);
  // zlib passes plain files through, which would hide a wrong file here.
  if (gzdirect(file)) {
    gzclose_r(file);
    ci_fail(message, "not a gzip file");
    return NULL;
  }
  return (ci_gzip_reader *)file;
}

ptrdiff_t ci_gzip_read(ci_gzip_reader *reader, void *bytes, size_t count, char message[CI_MESSAGE_LENGTH]) {
  gzFile file = (gzFile)reader;
  size_t done = 0;
  while (done < count) {
    size_t part = count - done < 1u << 30 ? count - done : 1u << 30;
    int got = gzread(file, (char *)bytes + done, (unsigned)part);
    int code = Z_OK;
    const char *text = gzerror(file, &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
      ci_fail(message, "damaged gzip data: %s", code == Z_BUF_ERROR ? "they end early" : text);
      return -1;
    }
    if (got == 0) break;
    done += (size_t)got;
  }
  return (ptrdiff_t)done;
}

void ci_gzip_close(ci_gzip_reader *reader) { gzclose_r((gzFile)reader); }
