// Memory that one thread hands to another under a lock that ThreadSanitizer does not see: a thread that has to wait for Swift's
// Mutex takes it in a library that is built without it.
#ifndef CK_HANDOVER_H
#define CK_HANDOVER_H

#pragma clang assume_nonnull begin

/// What this thread did before is seen by the one that calls `ck_was_handed_over` next. Does nothing but tell the sanitizer.
void ck_will_be_handed_over(void *memory);
void ck_was_handed_over(void *memory);

#pragma clang assume_nonnull end
#endif
