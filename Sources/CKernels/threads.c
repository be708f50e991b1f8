#include "include/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#if defined(__x86_64__)
#define RELAX() __builtin_ia32_pause()
#else
#define RELAX() __asm__ volatile("" ::: "memory")
#endif

// Steps follow each other within microseconds, so a worker looks for the next one this often before it
// sleeps.
enum { SPINS = 2000 };

typedef struct {
  r2_team *team;
  int number;
  pthread_t thread;
} worker;

struct r2_team {
  int size;
  worker *workers;
  pthread_mutex_t mutex;
  pthread_cond_t wake, done;
  atomic_uint turn;       // counts loops; a worker runs when it changes
  atomic_int next;        // item to take
  atomic_int running;     // workers that have not finished this turn
  int sleeping, waiting;  // under the mutex
  int stop;
  int items;
  void (*body)(void *, int, int);
  void *context;
};

static void take_items(r2_team *team, int thread) {
  int item;
  while ((item = atomic_fetch_add_explicit(&team->next, 1, memory_order_relaxed)) < team->items)
    team->body(team->context, item, thread);
}

static void *work(void *argument) {
  worker *self = argument;
  r2_team *team = self->team;
  unsigned seen = 0;
  for (;;) {
    for (int i = 0; i < SPINS && atomic_load_explicit(&team->turn, memory_order_acquire) == seen; i++)
      RELAX();
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
  worker *workers = calloc((size_t)(threads > 1 ? threads : 1), sizeof *workers);
  if (!team || !workers) {
    free(team);
    free(workers);
    return NULL;
  }
  team->workers = workers;
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
  team->items = 0;
  start_turn(team);
  for (int i = 1; i < team->size; i++) pthread_join(team->workers[i].thread, NULL);
  pthread_cond_destroy(&team->done);
  pthread_cond_destroy(&team->wake);
  pthread_mutex_destroy(&team->mutex);
  free(team->workers);
  free(team);
}

void r2_team_run(r2_team *team, int items, void (*body)(void *, int, int), void *context) {
  if (team->size == 1 || items <= 1) {
    for (int i = 0; i < items; i++) body(context, i, 0);
    return;
  }
  team->body = body;
  team->context = context;
  team->items = items;
  atomic_store(&team->next, 0);
  start_turn(team);
  take_items(team, 0);
  for (int i = 0; i < SPINS && atomic_load_explicit(&team->running, memory_order_acquire) > 0; i++) RELAX();
  if (atomic_load(&team->running) > 0) {
    pthread_mutex_lock(&team->mutex);
    team->waiting = 1;
    while (atomic_load(&team->running) > 0) pthread_cond_wait(&team->done, &team->mutex);
    team->waiting = 0;
    pthread_mutex_unlock(&team->mutex);
  }
}
