/* What Rust's standard library asks of an unwinder in order to print a backtrace, answered with "there is none".
 *
 * musl brings no unwinder, and the one of the C compiler belongs to glibc. A program that ends at its first panic needs
 * one for backtraces only. Declarations: libstd's crate `unwind`; 5 is _URC_END_OF_STACK of the Itanium C++ ABI. */

int _Unwind_Backtrace(void *visit, void *argument) { return 5; }
unsigned long _Unwind_GetIP(void *frame) { return 0; }
unsigned long _Unwind_GetIPInfo(void *frame, int *before) { return 0; }
unsigned long _Unwind_GetCFA(void *frame) { return 0; }
void *_Unwind_FindEnclosingFunction(void *address) { return 0; }
