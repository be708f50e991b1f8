#define _GNU_SOURCE
#include "guarded.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const float guard_value = 1234.5f;
// Whether the buffers of this thread's trial end where their pages do, or begin there.
static _Thread_local int at_end;

void guard_at_end(int end) { at_end = end; }

static size_t round_up(size_t a, size_t b) { return (a + b - 1) / b * b; }

// The pages of `count` floats, and where in them these lie: 64-byte aligned, so up to 60 bytes may remain at
// the end.
typedef struct {
  size_t page, bytes, offset;
} place;

static place place_of(size_t count) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = round_up(count * sizeof(float) + !count, page);
  return (place){page, bytes, at_end ? bytes - round_up(count * sizeof(float), 64) : 0};
}

float *guarded(size_t count) {
  place p = place_of(count);
  char *memory = mmap(NULL, p.bytes + 2 * p.page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory + p.page, p.bytes, PROT_READ | PROT_WRITE) != 0) exit(2);
  float *all = (float *)(memory + p.page), *content = all + p.offset / sizeof(float);
  for (size_t i = 0; i < p.bytes / sizeof(float); i++) all[i] = guard_value;
  memset(content, 0, count * sizeof(float));
  return content;
}

int intact(const float *content, size_t count) {
  place p = place_of(count);
  const float *all = content - p.offset / sizeof(float);
  for (size_t i = 0; i < p.bytes / sizeof(float); i++)
    if ((all + i < content || all + i >= content + count) && all[i] != guard_value) return 0;
  return 1;
}

void release(float *content, size_t count) {
  place p = place_of(count);
  munmap((char *)content - p.offset - p.page, p.bytes + 2 * p.page);
}
