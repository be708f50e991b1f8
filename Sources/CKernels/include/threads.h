// A fixed team of threads that runs one parallel loop after another. Between forwards the workers sleep.
#ifndef R2_THREADS_H
#define R2_THREADS_H

typedef struct r2_team r2_team;

/// A team of `threads` ≥ 1, the caller counted; NULL where memory or threads are lacking.
r2_team *r2_team_create(int threads);
void r2_team_destroy(r2_team *team);

/// Calls body(context, item, thread) for every item of 0 ..< items, thread in 0 ..< size; returns when all
/// are done. Each thread begins with its own share, in order, and ends with what others have left of theirs.
void r2_team_run(r2_team *team, int items, void (*body)(void *context, int item, int thread), void *context);

/// The first item of a thread's share of so many; `items` for the thread behind the last.
int r2_team_share(const r2_team *team, int items, int thread);

#endif
