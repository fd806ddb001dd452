// Annotations for ThreadSanitizer about memory that one thread hands to another under a lock that it does not see: a thread that
// waits for Swift's Mutex takes the lock in a library that is built without the sanitizer.
#ifndef CK_HANDOVER_H
#define CK_HANDOVER_H

#pragma clang assume_nonnull begin

/// Tells the sanitizer that the next thread to call `ck_was_handed_over` sees what this thread has done. Otherwise does nothing.
void ck_will_be_handed_over(void *memory);
void ck_was_handed_over(void *memory);

#pragma clang assume_nonnull end
#endif
