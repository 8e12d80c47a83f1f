// Opening the library and the environment that all sessions live in.
#include "shim.h"

#include <stdio.h>

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

const OrtApi *nng_api;
OrtEnv *nng_env;
OrtAllocator *nng_allocator;
OrtMemoryInfo *nng_host;

typedef const OrtApiBase *(ORT_API_CALL *get_base)(void);

static char *message(const char *text) {
  size_t n = strlen(text) + 1;
  char *s = malloc(n);
  if (s) memcpy(s, text, n);
  return s;
}

#ifdef _WIN32

static void *open_library(const char *path) {
  wchar_t wide[32768];
  if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, 32768)) return NULL;
  return (void *)LoadLibraryExW(wide, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
}

static get_base find_base(void *h) { return (get_base)(void *)GetProcAddress((HMODULE)h, "OrtGetApiBase"); }
static void close_library(void *h) { FreeLibrary((HMODULE)h); }

static char *open_error(void) {
  char text[64];
  snprintf(text, sizeof text, "LoadLibrary fails with code %lu", (unsigned long)GetLastError());
  return message(text);
}

#else

static void *open_library(const char *path) { return dlopen(path, RTLD_LAZY); }
static get_base find_base(void *h) { return (get_base)dlsym(h, "OrtGetApiBase"); }
static void close_library(void *h) { dlclose(h); }

static char *open_error(void) {
  const char *text = dlerror();
  return message(text ? text : "dlopen fails");
}

#endif

// nng_open opens the library at path. It gives NULL, or a message to be freed.
char *nng_open(const char *path, nng_library *out) {
  memset(out, 0, sizeof *out);
  out->handle = open_library(path);
  if (!out->handle) return open_error();
  get_base base = find_base(out->handle);
  if (!base) {
    nng_close(out);
    return message("it has no function OrtGetApiBase: it is not onnxruntime");
  }
  out->base = base();
  out->version = out->base->GetVersionString();
  return NULL;
}

void nng_close(nng_library *lib) {
  if (lib->handle) close_library(lib->handle);
  memset(lib, 0, sizeof *lib);
}

// nng_start keeps the API and takes a share of the process's one environment,
// which the Go binding has made before.
OrtStatus *nng_start(const OrtApiBase *base) {
  nng_api = base->GetApi(ORT_API_VERSION);
  NNG_TRY(nng_api->CreateEnv(ORT_LOGGING_LEVEL_FATAL, "nngen", &nng_env));
  NNG_TRY(nng_api->GetAllocatorWithDefaultOptions(&nng_allocator));
  NNG_TRY(nng_api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &nng_host));
  return nng_hooks_start();
}

const char *nng_status_text(OrtStatus *s) { return nng_api->GetErrorMessage(s); }
void nng_status_release(OrtStatus *s) { nng_api->ReleaseStatus(s); }

OrtStatus *nng_providers(char ***out, int *n) { return nng_api->GetAvailableProviders(out, n); }

void nng_providers_release(char **names, int n) {
  OrtStatus *s = nng_api->ReleaseAvailableProviders(names, n);
  if (s) nng_api->ReleaseStatus(s);
}
