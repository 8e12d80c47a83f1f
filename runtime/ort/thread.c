// Calling back into Go on the same thread, and keeping Go's signal handlers.
#include "shim.h"

extern void nngenThread(uintptr_t token);

void nng_call_back(uintptr_t token) { nngenThread(token); }

#ifdef _WIN32

void nng_signals_save(void) {}
void nng_signals_restore(void) {}

#else

#include <signal.h>

#define SIGNALS 32

static struct sigaction saved[SIGNALS];

// nng_signals_save notes the handlers, under a lock of the caller's.
void nng_signals_save(void) {
  for (int i = 1; i < SIGNALS; i++) sigaction(i, NULL, &saved[i]);
}

// nng_signals_restore puts back every Go handler that was replaced: Go needs
// its handlers on the alternate stack, and a driver's are not.
void nng_signals_restore(void) {
  for (int i = 1; i < SIGNALS; i++) {
    struct sigaction now;
    if (sigaction(i, NULL, &now) || !(saved[i].sa_flags & SA_ONSTACK)) continue;
    if (now.sa_flags & SA_ONSTACK && now.sa_sigaction == saved[i].sa_sigaction) continue;
    sigaction(i, &saved[i], NULL);
  }
}

#endif
