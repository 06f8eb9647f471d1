/* daemon: wires the layers together into a program that runs or stops. No logic of its own. */
#ifndef LUODI_DAEMON_DAEMON_H
#define LUODI_DAEMON_DAEMON_H

/* Reads the command line and does what it says; returns the exit status. */
int daemon_main(int argc, char **argv);

#endif
