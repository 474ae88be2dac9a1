package omniorb

import "io/fs"

// Shared returns the sources of which programs beside the suite's include some: count.h.
func Shared() (fs.FS, error) { return fs.Sub(sources, "src") }
