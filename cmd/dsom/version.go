package main

import (
	"cmp"
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

func (versionCmd) Help() string {
	return "Example:\n\n    dsom version --json"
}

// release is the version of a release: the linker writes it here, as internal/dist tells it. "": this is none.
var release string

// programVersion returns the release's version, or else the one that the go command stamped on the binary.
func programVersion() (version, revision string) {
	version = "devel"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return cmp.Or(release, version), ""
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		version = v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return cmp.Or(release, version), revision
}

func (versionCmd) Run(c *console) error {
	version, revision := programVersion()
	if c.json {
		return c.printJSON(struct {
			Version  string `json:"version"`
			Revision string `json:"revision,omitempty"`
			GIOP     string `json:"giop"`
			Go       string `json:"go"`
			Platform string `json:"platform"`
		}{version, revision, "1.2", runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH})
	}
	c.printf("dsom %s, GIOP 1.0 to 1.2, %s, %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}
