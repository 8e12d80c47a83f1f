// Sessions and runs.
#include "shim.h"

OrtStatus *nng_session_new(const void *model, size_t size, OrtSessionOptions *o, OrtPrepackedWeightsContainer *shared, OrtSession **out) {
  if (shared) return nng_api->CreateSessionFromArrayWithPrepackedWeightsContainer(nng_env, model, size, o, shared, out);
  return nng_api->CreateSessionFromArray(nng_env, model, size, o, out);
}

void nng_session_release(OrtSession *s) { nng_api->ReleaseSession(s); }

OrtStatus *nng_session_counts(OrtSession *s, size_t *in, size_t *out) {
  NNG_TRY(nng_api->SessionGetInputCount(s, in));
  return nng_api->SessionGetOutputCount(s, out);
}

static char *copy_text(const char *text) {
  size_t n = strlen(text) + 1;
  char *s = malloc(n);
  if (s) memcpy(s, text, n);
  return s;
}

static OrtStatus *read_shape(const OrtTensorTypeAndShapeInfo *tensor, nng_info *info) {
  size_t rank = 0;
  ONNXTensorElementDataType dtype;
  const char *symbols[NNG_MAX_RANK] = {0};
  NNG_TRY(nng_api->GetTensorElementType(tensor, &dtype));
  info->dtype = (int32_t)dtype;
  if (!nng_api->TensorTypeAndShape_HasShape(tensor)) {
    info->rank = NNG_NO_RANK;
    return NULL;
  }
  NNG_TRY(nng_api->GetDimensionsCount(tensor, &rank));
  if (rank > NNG_MAX_RANK) {
    info->rank = NNG_BIG_RANK;
    return NULL;
  }
  NNG_TRY(nng_api->GetDimensions(tensor, info->dims, rank));
  NNG_TRY(nng_api->GetSymbolicDimensions(tensor, symbols, rank));
  for (size_t i = 0; i < rank; i++) info->symbols[i] = copy_text(symbols[i]);
  info->rank = (int32_t)rank;
  return NULL;
}

OrtStatus *nng_session_info(OrtSession *s, int output, size_t i, nng_info *info) {
  OrtTypeInfo *type = NULL;
  const OrtTensorTypeAndShapeInfo *tensor = NULL;
  char *name = NULL;
  memset(info, 0, sizeof *info);
  NNG_TRY(output ? nng_api->SessionGetOutputName(s, i, nng_allocator, &name) : nng_api->SessionGetInputName(s, i, nng_allocator, &name));
  info->name = copy_text(name);
  NNG_TRY(nng_api->AllocatorFree(nng_allocator, name));
  NNG_TRY(output ? nng_api->SessionGetOutputTypeInfo(s, i, &type) : nng_api->SessionGetInputTypeInfo(s, i, &type));
  OrtStatus *st = nng_api->CastTypeInfoToTensorInfo(type, &tensor);
  if (!st && tensor) st = read_shape(tensor, info);
  nng_api->ReleaseTypeInfo(type);
  return st;
}

// nng_info_release frees the symbols; the name lives on with the session.
void nng_info_release(nng_info *info) {
  for (int i = 0; i < NNG_MAX_RANK; i++) free(info->symbols[i]);
  memset(info->symbols, 0, sizeof info->symbols);
}

OrtStatus *nng_add_initializer(OrtSessionOptions *o, const char *name, nng_view *v) {
  return nng_api->AddInitializer(o, name, v->value);
}

OrtStatus *nng_shared_new(OrtPrepackedWeightsContainer **out) { return nng_api->CreatePrepackedWeightsContainer(out); }
void nng_shared_release(OrtPrepackedWeightsContainer *c) { nng_api->ReleasePrepackedWeightsContainer(c); }

OrtStatus *nng_run_options_new(OrtRunOptions **out) { return nng_api->CreateRunOptions(out); }
void nng_run_options_release(OrtRunOptions *o) { nng_api->ReleaseRunOptions(o); }

void nng_terminate(OrtRunOptions *o) {
  OrtStatus *s = nng_api->RunOptionsSetTerminate(o);
  if (s) nng_api->ReleaseStatus(s);
}

static OrtStatus *describe_all(OrtValue **outs, size_t n, nng_view *views) {
  for (size_t i = 0; i < n; i++) NNG_TRY(nng_describe(outs[i], &views[i]));
  return NULL;
}

// nng_run computes outs; entries that are not NULL are written to. What it
// allocated before a failure stays in outs, for the caller to release.
OrtStatus *nng_run(OrtSession *s, OrtRunOptions *o, const char *const *in_names, const OrtValue *const *ins, size_t n_in,
                   const char *const *out_names, OrtValue **outs, size_t n_out, nng_view *views) {
  NNG_TRY(nng_api->Run(s, o, in_names, ins, n_in, out_names, n_out, outs));
  return describe_all(outs, n_out, views);
}

static OrtStatus *bind_outputs(OrtIoBinding *b, const char *const *names, OrtValue **outs, const unsigned char *keep, size_t n,
                               const OrtMemoryInfo *device) {
  for (size_t i = 0; i < n; i++) {
    if (outs[i]) {
      NNG_TRY(nng_api->BindOutput(b, names[i], outs[i]));
    } else {
      NNG_TRY(nng_api->BindOutputToDevice(b, names[i], keep[i] ? device : nng_host));
    }
  }
  return NULL;
}

// take_outputs moves what the run made into outs and drops second handles to
// what the caller gave.
static OrtStatus *take_outputs(OrtIoBinding *b, OrtValue **outs, size_t n) {
  OrtValue **made = NULL;
  size_t count = 0;
  NNG_TRY(nng_api->GetBoundOutputValues(b, nng_allocator, &made, &count));
  for (size_t i = 0; i < count; i++) {
    if (i < n && !outs[i]) {
      outs[i] = made[i];
    } else {
      nng_api->ReleaseValue(made[i]);
    }
  }
  OrtStatus *st = made ? nng_api->AllocatorFree(nng_allocator, made) : NULL;
  if (!st && count != n) st = nng_api->CreateStatus(ORT_FAIL, "the run gave another number of outputs than were bound");
  return st;
}

static OrtStatus *run_binding(OrtSession *s, OrtRunOptions *o, OrtIoBinding *b, const char *const *in_names, const OrtValue *const *ins,
                              size_t n_in, const char *const *out_names, OrtValue **outs, const unsigned char *keep, size_t n_out,
                              const OrtMemoryInfo *device) {
  for (size_t i = 0; i < n_in; i++) NNG_TRY(nng_api->BindInput(b, in_names[i], ins[i]));
  NNG_TRY(bind_outputs(b, out_names, outs, keep, n_out, device));
  NNG_TRY(nng_api->SynchronizeBoundInputs(b));
  NNG_TRY(nng_api->RunWithBinding(s, o, b));
  NNG_TRY(nng_api->SynchronizeBoundOutputs(b));
  return take_outputs(b, outs, n_out);
}

// nng_run_bound is nng_run with the outputs that keep names left in the memory
// called memory of the given device.
OrtStatus *nng_run_bound(OrtSession *s, OrtRunOptions *o, const char *const *in_names, const OrtValue *const *ins, size_t n_in,
                         const char *const *out_names, OrtValue **outs, const unsigned char *keep, size_t n_out,
                         const char *memory, int device, nng_view *views) {
  OrtMemoryInfo *where = NULL;
  OrtIoBinding *b = NULL;
  NNG_TRY(nng_api->CreateMemoryInfo(memory, OrtDeviceAllocator, device, OrtMemTypeDefault, &where));
  OrtStatus *st = nng_api->CreateIoBinding(s, &b);
  if (!st) st = run_binding(s, o, b, in_names, ins, n_in, out_names, outs, keep, n_out, where);
  if (!st) st = describe_all(outs, n_out, views);
  if (b) nng_api->ReleaseIoBinding(b);
  nng_api->ReleaseMemoryInfo(where);
  return st;
}
