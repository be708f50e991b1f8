#include "include/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__x86_64__)
#define RELAX() __builtin_ia32_pause()
#else
#define RELAX() __asm__ volatile("" ::: "memory")
#endif

// Steps follow each other within microseconds, so a thread looks this often for what it waits for before it
// sleeps, and after the first few times lets others have the core meanwhile: decoders, above all.
enum { LOOKS = 250, LOOKS_AT_ONCE = 50 };

static void look_away(int times) {
  if (times < LOOKS_AT_ONCE)
    RELAX();
  else
    sched_yield();
}

// A thread's items that no one has taken: the first of them in the lower half, the end in the upper. On a
// line of its own, or each thread would wait for what the others write.
typedef struct {
  _Alignas(64) atomic_uint_fast64_t left;
} share;

typedef struct {
  r2_team *team;
  int number;
  pthread_t thread;
} worker;

struct r2_team {
  int size;
  worker *workers;
  share *shares;
  pthread_mutex_t mutex;
  pthread_cond_t wake, done;
  atomic_uint turn;       // counts loops; a worker runs when it changes
  atomic_int running;     // workers that have not finished this turn
  int sleeping, waiting;  // under the mutex
  int stop;
  void (*body)(void *, int, int);
  void *context;
};

static uint64_t share_of(uint32_t first, uint32_t end) { return (uint64_t)end << 32 | first; }

// The first item of a share, or its last; -1 where none is left.
static int take(share *from, int last) {
  uint64_t left = atomic_load_explicit(&from->left, memory_order_relaxed);
  for (;;) {
    uint32_t first = (uint32_t)left, end = (uint32_t)(left >> 32);
    if (first >= end) return -1;
    uint64_t rest = last ? share_of(first, end - 1) : share_of(first + 1, end);
    if (atomic_compare_exchange_weak_explicit(&from->left, &left, rest, memory_order_relaxed,
                                              memory_order_relaxed))
      return (int)(last ? end - 1 : first);
  }
}

// Its own items in order, and then what the others have left, from the end.
static void take_items(r2_team *team, int thread) {
  for (int n = 0; n < team->size; n++) {
    share *from = &team->shares[(thread + n) % team->size];
    for (int item; (item = take(from, n > 0)) >= 0;) team->body(team->context, item, thread);
  }
}

int r2_team_share(const r2_team *team, int items, int thread) {
  return (int)((long long)items * thread / team->size);
}

static void share_out(r2_team *team, int items) {
  for (int n = 0; n < team->size; n++) {
    int first = r2_team_share(team, items, n), end = r2_team_share(team, items, n + 1);
    atomic_store(&team->shares[n].left, share_of((uint32_t)first, (uint32_t)end));
  }
}

static void *work(void *argument) {
  worker *self = argument;
  r2_team *team = self->team;
  unsigned seen = 0;
  for (;;) {
    for (int i = 0; i < LOOKS && atomic_load_explicit(&team->turn, memory_order_acquire) == seen; i++)
      look_away(i);
    if (atomic_load_explicit(&team->turn, memory_order_acquire) == seen) {
      pthread_mutex_lock(&team->mutex);
      team->sleeping++;
      while (atomic_load(&team->turn) == seen) pthread_cond_wait(&team->wake, &team->mutex);
      team->sleeping--;
      pthread_mutex_unlock(&team->mutex);
    }
    seen = atomic_load(&team->turn);
    if (team->stop) return NULL;
    take_items(team, self->number);
    if (atomic_fetch_sub(&team->running, 1) == 1) {
      pthread_mutex_lock(&team->mutex);
      if (team->waiting) pthread_cond_signal(&team->done);
      pthread_mutex_unlock(&team->mutex);
    }
  }
}

static void start_turn(r2_team *team) {
  atomic_store(&team->running, team->size - 1);
  pthread_mutex_lock(&team->mutex);
  atomic_fetch_add(&team->turn, 1);
  if (team->sleeping) pthread_cond_broadcast(&team->wake);
  pthread_mutex_unlock(&team->mutex);
}

r2_team *r2_team_create(int threads) {
  r2_team *team = calloc(1, sizeof *team);
  size_t count = (size_t)(threads > 1 ? threads : 1);
  worker *workers = calloc(count, sizeof *workers);
  share *shares = aligned_alloc(_Alignof(share), count * sizeof *shares);
  if (!team || !workers || !shares) {
    free(team);
    free(workers);
    free(shares);
    return NULL;
  }
  team->workers = workers;
  team->shares = shares;
  for (size_t n = 0; n < count; n++) atomic_init(&shares[n].left, 0);
  pthread_mutex_init(&team->mutex, NULL);
  pthread_cond_init(&team->wake, NULL);
  pthread_cond_init(&team->done, NULL);
  team->size = 1;
  for (int i = 1; i < threads; i++) {
    workers[i].team = team;
    workers[i].number = i;
    if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
      r2_team_destroy(team);
      return NULL;
    }
    team->size++;
  }
  return team;
}

void r2_team_destroy(r2_team *team) {
  if (!team) return;
  team->stop = 1;
  start_turn(team);
  for (int i = 1; i < team->size; i++) pthread_join(team->workers[i].thread, NULL);
  pthread_cond_destroy(&team->done);
  pthread_cond_destroy(&team->wake);
  pthread_mutex_destroy(&team->mutex);
  free(team->workers);
  free(team->shares);
  free(team);
}

void r2_team_run(r2_team *team, int items, void (*body)(void *, int, int), void *context) {
  if (team->size == 1 || items <= 1) {
    for (int i = 0; i < items; i++) body(context, i, 0);
    return;
  }
  team->body = body;
  team->context = context;
  share_out(team, items);
  start_turn(team);
  take_items(team, 0);
  for (int i = 0; i < LOOKS && atomic_load_explicit(&team->running, memory_order_acquire) > 0; i++)
    look_away(i);
  if (atomic_load(&team->running) > 0) {
    pthread_mutex_lock(&team->mutex);
    team->waiting = 1;
    while (atomic_load(&team->running) > 0) pthread_cond_wait(&team->done, &team->mutex);
    team->waiting = 0;
    pthread_mutex_unlock(&team->mutex);
  }
}
