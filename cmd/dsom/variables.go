package main

import (
	"context"
	"maps"
	"strings"
	"sync"

	"github.com/opendsom/dsom/daemon/admin"
	"github.com/opendsom/dsom/somd"
	"github.com/opendsom/dsom/transport/kin"
	"github.com/opendsom/dsom/transport/spx"
	"github.com/opendsom/dsom/transport/tls"
	"github.com/opendsom/dsom/transport/ws"
)

// variables are those of the environment that some part of the system reads and the configuration has no key for, with what does. A test holds them against the sources and the pages.
var variables = map[string]string{
	envConfig:                "dsom daemon",
	admin.EnvState:           "all that look for a daemon on this machine",
	admin.EnvAdmin:           "servers",
	admin.EnvDaemon:          "servers and clients",
	admin.EnvDaemonLocal:     "servers",
	admin.EnvDaemonPublish:   "servers",
	admin.EnvDaemonSocket:    "servers",
	admin.EnvDaemonWeb:       "servers",
	admin.EnvServerName:      "servers",
	admin.EnvServerUUID:      "servers",
	admin.EnvServerToken:     "servers",
	admin.EnvServerObject:    "servers",
	admin.EnvServerFence:     "servers",
	admin.EnvServerEndpoints: "servers",
	admin.EnvServerCheck:     "servers",
	admin.EnvServerPID:       "servers",
	admin.EnvPublish:         "servers",
	admin.EnvConnect:         "servers and clients",
	admin.EnvSocket:          "servers",
	tls.EnvServerName:        "servers and clients",
	tls.EnvRequire:           "servers and clients",
	ws.EnvProxy:              "servers and clients",
	somd.EnvPlacement:        "clients of placed classes",
	envClasses:               "dsom somdsvr",
	envPlace:                 "dsom somdsvr and clients of placed classes",
	spx.EnvDaemon:            "servers",
	kin.EnvSocket:            "processes of placed classes",
	kin.EnvHost:              "processes of placed classes",
	"DSOM_LIMITS":            "processes of placed classes",
	"DSOM_PYTHON":            "the package dsom of Python",
	"DSOM_LIBRARIES":         "the package dsom of Python",
	"DSOM_LIBSOM":            "pip, which builds that",
}

// knownVariables returns the variables of the environment that some part of the system reads.
func knownVariables() func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		known := map[string]bool{}
		for name := range maps.Keys(variables) {
			known[name] = true
		}
		keys, err := configKeys(context.Background(), newConsole(strings.NewReader(""), nil, nil))
		if err != nil {
			return known
		}
		for _, k := range keys {
			known[k.Variable] = true
		}
		return known
	})
}
