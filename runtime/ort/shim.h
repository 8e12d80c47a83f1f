// The C side of the back end: what the Go binding of onnxruntime does not offer.
// Every function that can fail gives an OrtStatus, NULL for success, which the
// caller reads and releases.
#ifndef NNGEN_SHIM_H
#define NNGEN_SHIM_H

#include "onnxruntime_c_api.h"

// The largest number of dimensions of a tensor that crosses to Go.
#define NNG_MAX_RANK 16

// A tensor as Go sees it.
typedef struct {
  OrtValue *value;
  void *data;  // NULL when it lies on a device, or has strings
  int64_t count;
  int64_t dims[NNG_MAX_RANK];
  int32_t rank;
  int32_t dtype;
  int32_t on_host;
} nng_view;

// An opened library.
typedef struct {
  void *handle;
  const OrtApiBase *base;
  const char *version;
} nng_library;

// An input or output of a session. The names are the session's, not to be freed.
typedef struct {
  char *name;
  int64_t dims[NNG_MAX_RANK];
  char *symbols[NNG_MAX_RANK];
  int32_t rank;  // or one of the two below
  int32_t dtype; // 0: not a tensor
} nng_info;

#define NNG_NO_RANK -1   // not known before a run
#define NNG_BIG_RANK -2  // more than NNG_MAX_RANK

// One visit of a hook node.
typedef struct {
  OrtKernelContext *context;
  int64_t id;
  nng_view *inputs;  // without the token
  size_t n_inputs;
  size_t n_outputs;  // without the token
} nng_visit;

// load.c
char *nng_open(const char *path, nng_library *out);
void nng_close(nng_library *lib);
OrtStatus *nng_start(const OrtApiBase *base);
const char *nng_status_text(OrtStatus *s);
void nng_status_release(OrtStatus *s);
OrtStatus *nng_providers(char ***out, int *n);
void nng_providers_release(char **names, int n);

// session.c
OrtStatus *nng_session_new(const void *model, size_t size, OrtSessionOptions *o, OrtPrepackedWeightsContainer *shared, OrtSession **out);
void nng_session_release(OrtSession *s);
OrtStatus *nng_session_counts(OrtSession *s, size_t *in, size_t *out);
OrtStatus *nng_session_info(OrtSession *s, int output, size_t i, nng_info *info);
void nng_info_release(nng_info *info);
OrtStatus *nng_add_initializer(OrtSessionOptions *o, const char *name, nng_view *v);
OrtStatus *nng_shared_new(OrtPrepackedWeightsContainer **out);
void nng_shared_release(OrtPrepackedWeightsContainer *c);
OrtStatus *nng_run_options_new(OrtRunOptions **out);
void nng_run_options_release(OrtRunOptions *o);
void nng_terminate(OrtRunOptions *o);
OrtStatus *nng_run(OrtSession *s, OrtRunOptions *o, const char *const *in_names, const OrtValue *const *ins, size_t n_in,
                   const char *const *out_names, OrtValue **outs, size_t n_out, nng_view *views);
OrtStatus *nng_run_bound(OrtSession *s, OrtRunOptions *o, const char *const *in_names, const OrtValue *const *ins, size_t n_in,
                         const char *const *out_names, OrtValue **outs, const unsigned char *keep, size_t n_out,
                         const char *memory, int device, nng_view *views);

// value.c
OrtStatus *nng_describe(OrtValue *v, nng_view *out);
OrtStatus *nng_value_new(int dtype, const int64_t *dims, size_t rank, nng_view *out);
OrtStatus *nng_value_over(int dtype, const int64_t *dims, size_t rank, void *data, size_t size, nng_view *out);
void nng_value_release(OrtValue *v);
OrtStatus *nng_copy(const OrtValue *from, OrtValue *to);

// hookop.c
OrtStatus *nng_hooks_start(void);
OrtStatus *nng_add_hooks(OrtSessionOptions *o);
OrtStatus *nng_output(OrtKernelContext *c, size_t i, const int64_t *dims, size_t rank, nng_view *out);

// thread.c
void nng_call_back(uintptr_t token);
void nng_signals_save(void);
void nng_signals_restore(void);

// What the C files share.
extern const OrtApi *nng_api;
extern OrtEnv *nng_env;
extern OrtAllocator *nng_allocator;
extern OrtMemoryInfo *nng_host;

#define NNG_TRY(call)          \
  do {                         \
    OrtStatus *st_ = (call);   \
    if (st_) return st_;       \
  } while (0)

#endif
