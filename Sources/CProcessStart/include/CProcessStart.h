// Steps that must happen before any library of this process starts. Linking this target is enough.
#ifndef CPROCESSSTART_H
#define CPROCESSSTART_H

/// Whether this process was prepared: standard descriptors open, and signals that ask for a stop blocked in every thread.
int cprocessstart_was_prepared(void);

#endif
