// All generated stubs as one compilation: the headers are by far the most of the work, so they are read once.
// Each generated file defines three names of its own kind; they are renamed to live side by side.
#define _0RL_library_version _0RL_library_version_values
#define _0RL_dyn_library_version _0RL_dyn_library_version_values
#define _0RL_tcTrack _0RL_tcTrack_values
#include "valuesSK.cc"
#include "valuesDynSK.cc"
#undef _0RL_library_version
#undef _0RL_dyn_library_version
#undef _0RL_tcTrack

#define _0RL_library_version _0RL_library_version_interop
#define _0RL_dyn_library_version _0RL_dyn_library_version_interop
#define _0RL_tcTrack _0RL_tcTrack_interop
#include "interopSK.cc"
#include "interopDynSK.cc"
#undef _0RL_library_version
#undef _0RL_dyn_library_version
#undef _0RL_tcTrack

#define _0RL_library_version _0RL_library_version_fixed
#define _0RL_dyn_library_version _0RL_dyn_library_version_fixed
#define _0RL_tcTrack _0RL_tcTrack_fixed
#include "fixedSK.cc"
#include "fixedDynSK.cc"
#undef _0RL_library_version
#undef _0RL_dyn_library_version
#undef _0RL_tcTrack

#define _0RL_library_version _0RL_library_version_types
#define _0RL_dyn_library_version _0RL_dyn_library_version_types
#define _0RL_tcTrack _0RL_tcTrack_types
#include "typesSK.cc"
#include "typesDynSK.cc"
#undef _0RL_library_version
#undef _0RL_dyn_library_version
#undef _0RL_tcTrack

#define _0RL_library_version _0RL_library_version_graphs
#define _0RL_dyn_library_version _0RL_dyn_library_version_graphs
#define _0RL_tcTrack _0RL_tcTrack_graphs
#include "graphsSK.cc"
#include "graphsDynSK.cc"
