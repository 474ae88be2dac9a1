package main

import (
	"runtime"
	"runtime/debug"
)

type versionCmd struct{}

func (versionCmd) Help() string {
	return "Example:\n\n    dsom version --json"
}

// programVersion returns the version that the go command stamped on the binary.
func programVersion() (version, revision string) {
	version = "devel"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version, ""
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		version = v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return version, revision
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
