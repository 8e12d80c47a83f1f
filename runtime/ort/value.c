// Tensors in onnxruntime's own memory.
#include "shim.h"

// nng_describe reads what Go wants to know of v in one call.
OrtStatus *nng_describe(OrtValue *v, nng_view *out) {
  int tensor = 0;
  size_t rank = 0, count = 0;
  OrtTensorTypeAndShapeInfo *info = NULL;
  const OrtMemoryInfo *memory = NULL;
  OrtMemoryInfoDeviceType device = OrtMemoryInfoDeviceType_CPU;
  ONNXTensorElementDataType dtype = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  OrtStatus *st;

  memset(out, 0, sizeof *out);
  out->value = v;
  NNG_TRY(nng_api->IsTensor(v, &tensor));
  if (!tensor) return nng_api->CreateStatus(ORT_NOT_IMPLEMENTED, "the value is not a tensor");
  NNG_TRY(nng_api->GetTensorTypeAndShape(v, &info));
  st = nng_api->GetTensorElementType(info, &dtype);
  if (!st) st = nng_api->GetDimensionsCount(info, &rank);
  if (!st && rank > NNG_MAX_RANK) st = nng_api->CreateStatus(ORT_NOT_IMPLEMENTED, "the tensor has more than 16 dimensions");
  if (!st) st = nng_api->GetDimensions(info, out->dims, rank);
  if (!st) st = nng_api->GetTensorShapeElementCount(info, &count);
  nng_api->ReleaseTensorTypeAndShapeInfo(info);
  if (st) return st;
  out->rank = (int32_t)rank;
  out->count = (int64_t)count;
  out->dtype = (int32_t)dtype;

  NNG_TRY(nng_api->GetTensorMemoryInfo(v, &memory));
  nng_api->MemoryInfoGetDeviceType(memory, &device);
  out->on_host = device == OrtMemoryInfoDeviceType_CPU;
  if (!out->on_host || dtype == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) return NULL;
  return nng_api->GetTensorMutableData(v, &out->data);
}

OrtStatus *nng_value_new(int dtype, const int64_t *dims, size_t rank, nng_view *out) {
  OrtValue *v = NULL;
  NNG_TRY(nng_api->CreateTensorAsOrtValue(nng_allocator, dims, rank, (ONNXTensorElementDataType)dtype, &v));
  OrtStatus *st = nng_describe(v, out);
  if (st) nng_api->ReleaseValue(v);
  return st;
}

// nng_value_over makes a tensor of memory that somebody else owns.
OrtStatus *nng_value_over(int dtype, const int64_t *dims, size_t rank, void *data, size_t size, nng_view *out) {
  OrtValue *v = NULL;
  NNG_TRY(nng_api->CreateTensorWithDataAsOrtValue(nng_host, data, size, dims, rank, (ONNXTensorElementDataType)dtype, &v));
  OrtStatus *st = nng_describe(v, out);
  if (st) nng_api->ReleaseValue(v);
  return st;
}

void nng_value_release(OrtValue *v) { nng_api->ReleaseValue(v); }

OrtStatus *nng_copy(const OrtValue *from, OrtValue *to) {
  return nng_api->CopyTensors(nng_env, &from, &to, NULL, 1);
}
