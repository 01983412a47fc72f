/* Where things are in the sandbox. */
#ifndef PATHS_H
#define PATHS_H

#define HOME "/run/oci-conform"
#define CASE_DIR HOME "/case"
#define FIXTURES CASE_DIR "/fixtures"
#define AGENT_PATH HOME "/agent"

#endif
