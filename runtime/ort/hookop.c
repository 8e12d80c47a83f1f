// The hook operator: a node whose kernel is a Go function. Variadic and
// heterogeneous on both sides; the first input and output are the token that
// chains the hooks of a graph and names the run.
#include "shim.h"

#include <stdio.h>

extern int nngenHook(int64_t token, nng_visit *visit);

#define DOMAIN "nngen.hook"
#define MAX_PORTS 256   // inputs or outputs of one hook node
#define FEW 8           // views that fit on the stack
#define INPLACE 32      // ports that may share a buffer, each output with the input of its number

static OrtCustomOpDomain *domain;

typedef struct {
  int64_t id;
} hook_kernel;

// Attributes, as shape inference sees them.
typedef struct {
  int64_t id;
  int64_t types[MAX_PORTS], like[MAX_PORTS], ranks[MAX_PORTS];
  size_t n_types, n_like, n_ranks;
} hook_attrs;

static OrtStatus *read_ints(OrtShapeInferContext *c, const char *name, int64_t *out, size_t *n) {
  const OrtOpAttr *attr = NULL;
  size_t bytes = 0;
  *n = 0;
  OrtStatus *st = nng_api->ShapeInferContext_GetAttribute(c, name, &attr);
  if (st) { // the attribute is not there
    nng_api->ReleaseStatus(st);
    return NULL;
  }
  NNG_TRY(nng_api->ReadOpAttr(attr, ORT_OP_ATTR_INTS, out, MAX_PORTS * sizeof *out, &bytes));
  *n = bytes / sizeof *out;
  return NULL;
}

static OrtStatus *read_attrs(OrtShapeInferContext *c, hook_attrs *a) {
  const OrtOpAttr *attr = NULL;
  size_t bytes = 0;
  NNG_TRY(nng_api->ShapeInferContext_GetAttribute(c, "id", &attr));
  NNG_TRY(nng_api->ReadOpAttr(attr, ORT_OP_ATTR_INT, &a->id, sizeof a->id, &bytes));
  NNG_TRY(read_ints(c, "types", a->types, &a->n_types));
  NNG_TRY(read_ints(c, "like", a->like, &a->n_like));
  return read_ints(c, "ranks", a->ranks, &a->n_ranks);
}

// set_output declares output i. Each dimension without a name gets one of its
// own: onnxruntime would store an unnamed unknown one as the number -1.
static OrtStatus *set_output(OrtShapeInferContext *c, size_t i, int64_t dtype, const OrtTensorTypeAndShapeInfo *like, int64_t rank, int64_t id) {
  int64_t dims[NNG_MAX_RANK];
  const char *symbols[NNG_MAX_RANK] = {0};
  char fresh[NNG_MAX_RANK][64];
  OrtTensorTypeAndShapeInfo *info = NULL;
  for (int64_t d = 0; d < rank; d++) dims[d] = -1;
  if (like) {
    NNG_TRY(nng_api->GetDimensions(like, dims, (size_t)rank));
    NNG_TRY(nng_api->GetSymbolicDimensions(like, symbols, (size_t)rank));
  }
  for (int64_t d = 0; d < rank; d++) {
    if (dims[d] >= 0) {
      symbols[d] = "";
    } else if (!symbols[d] || !*symbols[d]) {
      snprintf(fresh[d], sizeof fresh[d], "nngen.hook.%lld.%zu.%lld", (long long)id, i, (long long)d);
      symbols[d] = fresh[d];
    }
  }
  NNG_TRY(nng_api->CreateTensorTypeAndShapeInfo(&info));
  OrtStatus *st = nng_api->SetTensorElementType(info, (ONNXTensorElementDataType)dtype);
  if (!st) st = nng_api->SetDimensions(info, dims, (size_t)rank);
  if (!st) st = nng_api->SetSymbolicDimensions(info, symbols, (size_t)rank);
  if (!st) st = nng_api->ShapeInferContext_SetOutputTypeShape(c, i, info);
  nng_api->ReleaseTensorTypeAndShapeInfo(info);
  return st;
}

// like_output declares output i with the shape of input j.
static OrtStatus *like_output(OrtShapeInferContext *c, hook_attrs *a, size_t i, size_t j) {
  OrtTensorTypeAndShapeInfo *info = NULL; // the context's own, not to be released
  size_t rank = 0;
  NNG_TRY(nng_api->ShapeInferContext_GetInputTypeShape(c, j, &info));
  NNG_TRY(nng_api->GetDimensionsCount(info, &rank));
  if (rank > NNG_MAX_RANK) return nng_api->CreateStatus(ORT_NOT_IMPLEMENTED, "a hook's input has more than 16 dimensions");
  return set_output(c, i, a->types[i - 1], info, (int64_t)rank, a->id);
}

static OrtStatus *ORT_API_CALL infer(const OrtCustomOp *op, OrtShapeInferContext *c) {
  (void)op;
  hook_attrs a;
  memset(&a, 0, sizeof a);
  NNG_TRY(read_attrs(c, &a));
  NNG_TRY(set_output(c, 0, ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, NULL, 0, a.id));
  size_t n_in = 0;
  NNG_TRY(nng_api->ShapeInferContext_GetInputCount(c, &n_in));
  for (size_t i = 1; i <= a.n_types; i++) {
    int64_t j = i <= a.n_like ? a.like[i - 1] : -1;
    int64_t rank = i <= a.n_ranks ? a.ranks[i - 1] : 0;
    if (j >= (int64_t)n_in - 1 || rank > NNG_MAX_RANK)
      return nng_api->CreateStatus(ORT_INVALID_ARGUMENT, "a hook node's attribute like or ranks is out of range");
    // The inference context shows a tensor of unknown rank as a scalar, so the
    // one who wrote the node has to say which it is: rank -1 leaves the output
    // to the graph's own value_info.
    if (i <= a.n_ranks && rank < 0) continue;
    if (j >= 0) {
      NNG_TRY(like_output(c, &a, i, (size_t)j + 1));
    } else {
      NNG_TRY(set_output(c, i, a.types[i - 1], NULL, rank, a.id));
    }
  }
  return NULL;
}

static OrtStatus *ORT_API_CALL create(const OrtCustomOp *op, const OrtApi *api, const OrtKernelInfo *info, void **out) {
  (void)op;
  hook_kernel *k = calloc(1, sizeof *k);
  if (!k) return api->CreateStatus(ORT_FAIL, "no memory for a hook");
  OrtStatus *st = api->KernelInfoGetAttribute_int64(info, "id", &k->id);
  if (st) {
    free(k);
    return st;
  }
  *out = k;
  return NULL;
}

static void ORT_API_CALL destroy(void *k) { free(k); }

static OrtStatus *describe_inputs(OrtKernelContext *c, size_t n, nng_view *views) {
  for (size_t i = 0; i < n; i++) {
    const OrtValue *v = NULL;
    NNG_TRY(nng_api->KernelContext_GetInput(c, i + 1, &v));
    if (v) {
      NNG_TRY(nng_describe((OrtValue *)v, &views[i]));
    } else {
      memset(&views[i], 0, sizeof views[i]);
    }
  }
  return NULL;
}

// pass_token writes the token on before Go is called, so that Go needs no call for it.
static OrtStatus *pass_token(OrtKernelContext *c, int64_t *token) {
  const OrtValue *in = NULL;
  OrtValue *out = NULL;
  int64_t *from = NULL, *to = NULL;
  NNG_TRY(nng_api->KernelContext_GetInput(c, 0, &in));
  NNG_TRY(nng_api->GetTensorMutableData((OrtValue *)in, (void **)&from));
  *token = *from;
  NNG_TRY(nng_api->KernelContext_GetOutput(c, 0, NULL, 0, &out));
  if (!out) return NULL;
  NNG_TRY(nng_api->GetTensorMutableData(out, (void **)&to));
  *to = *token;
  return NULL;
}

static OrtStatus *ORT_API_CALL compute(void *kernel, OrtKernelContext *c) {
  size_t n_in = 0, n_out = 0;
  int64_t token = 0;
  NNG_TRY(nng_api->KernelContext_GetInputCount(c, &n_in));
  NNG_TRY(nng_api->KernelContext_GetOutputCount(c, &n_out));
  NNG_TRY(pass_token(c, &token));
  nng_view few[FEW], *views = few;
  if (n_in - 1 > FEW) {
    views = malloc((n_in - 1) * sizeof *views);
    if (!views) return nng_api->CreateStatus(ORT_FAIL, "no memory for a hook's inputs");
  }
  OrtStatus *st = describe_inputs(c, n_in - 1, views);
  if (!st) {
    nng_visit visit = {c, ((const hook_kernel *)kernel)->id, views, n_in - 1, n_out - 1};
    if (nngenHook(token, &visit)) st = nng_api->CreateStatus(ORT_FAIL, "the Go hook ended the run");
  }
  if (views != few) free(views);
  return st;
}

OrtStatus *nng_output(OrtKernelContext *c, size_t i, const int64_t *dims, size_t rank, nng_view *out) {
  OrtValue *v = NULL;
  memset(out, 0, sizeof *out);
  NNG_TRY(nng_api->KernelContext_GetOutput(c, i + 1, dims, rank, &v));
  return v ? nng_describe(v, out) : NULL; // NULL: nothing uses this output
}

static const char *ORT_API_CALL name(const OrtCustomOp *op) { (void)op; return "Step"; }
static const char *ORT_API_CALL provider(const OrtCustomOp *op) { (void)op; return NULL; }
static size_t ORT_API_CALL one(const OrtCustomOp *op) { (void)op; return 1; }
static int ORT_API_CALL first(const OrtCustomOp *op) { (void)op; return 1; }
static int ORT_API_CALL last(const OrtCustomOp *op) { (void)op; return 0x7fffffff; }
static int ORT_API_CALL mixed(const OrtCustomOp *op) { (void)op; return 0; }

static ONNXTensorElementDataType ORT_API_CALL any_type(const OrtCustomOp *op, size_t i) {
  (void)op; (void)i;
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

static OrtCustomOpInputOutputCharacteristic ORT_API_CALL variadic(const OrtCustomOp *op, size_t i) {
  (void)op; (void)i;
  return INPUT_OUTPUT_VARIADIC;
}

static OrtMemType ORT_API_CALL memory(const OrtCustomOp *op, size_t i) { (void)op; (void)i; return OrtMemTypeDefault; }

// may_inplace offers each output the buffer of the input of its number.
// onnxruntime takes it only where both shapes are known to be the same and
// nobody else needs the input.
static size_t ORT_API_CALL may_inplace(int **in, int **out) {
  *in = malloc(INPLACE * sizeof **in);
  *out = malloc(INPLACE * sizeof **out);
  if (!*in || !*out) return 0;
  for (int i = 0; i < INPLACE; i++) (*in)[i] = (*out)[i] = i + 1;
  return INPLACE;
}

static void ORT_API_CALL release_pairs(int *in, int *out) {
  free(in);
  free(out);
}

static const OrtCustomOp hook_op = {
    .version = ORT_API_VERSION,
    .GetName = name,
    .GetExecutionProviderType = provider,
    .GetInputType = any_type,
    .GetInputTypeCount = one,
    .GetOutputType = any_type,
    .GetOutputTypeCount = one,
    .KernelDestroy = destroy,
    .GetInputCharacteristic = variadic,
    .GetOutputCharacteristic = variadic,
    .GetInputMemoryType = memory,
    .GetVariadicInputMinArity = first,
    .GetVariadicInputHomogeneity = mixed,
    .GetVariadicOutputMinArity = first,
    .GetVariadicOutputHomogeneity = mixed,
    .CreateKernelV2 = create,
    .KernelComputeV2 = compute,
    .InferOutputShapeFn = infer,
    .GetStartVersion = first,
    .GetEndVersion = last,
    .GetMayInplace = may_inplace,
    .ReleaseMayInplace = release_pairs,
};

OrtStatus *nng_hooks_start(void) {
  NNG_TRY(nng_api->CreateCustomOpDomain(DOMAIN, &domain));
  return nng_api->CustomOpDomain_Add(domain, &hook_op);
}

OrtStatus *nng_add_hooks(OrtSessionOptions *o) { return nng_api->AddCustomOpDomain(o, domain); }
