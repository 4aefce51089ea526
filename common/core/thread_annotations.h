#pragma once
// Clang's thread-safety annotations; they say what a mutex protects and vanish elsewhere. The only macros here.

#if defined(__clang__)
#define SONDE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define SONDE_THREAD_ANNOTATION(x)
#endif

#define GUARDED_BY(x) SONDE_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) SONDE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define CAPABILITY(x) SONDE_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY SONDE_THREAD_ANNOTATION(scoped_lockable)
#define ACQUIRE(...) SONDE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) SONDE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
