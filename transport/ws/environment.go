package ws

import (
	"fmt"
	"strconv"
	"strings"
)

// The variables of the environment by which a program that heeds them is told of WebSockets. An ORB looks at none by itself.
const (
	EnvListen  = "DSOM_WEB"         // true or false: a server takes WebSockets where it takes plain IIOP and TLS
	EnvOrigins = "DSOM_WEB_ORIGINS" // Config.Origins, with commas between
	EnvProxy   = "DSOM_WEB_PROXY"   // Config.Proxy
)

// FromEnvironment returns what the environment says of WebSockets; told is false if it says nothing. lookup is os.Getenv, as a rule.
func FromEnvironment(lookup func(name string) string) (c Config, listen, told bool, err error) {
	for o := range strings.SplitSeq(lookup(EnvOrigins), ",") {
		if o = strings.TrimSpace(o); o != "" {
			c.Origins = append(c.Origins, o)
		}
	}
	c.Proxy = lookup(EnvProxy)
	text := lookup(EnvListen)
	if text != "" {
		if listen, err = strconv.ParseBool(text); err != nil {
			return c, false, true, fmt.Errorf("$%s is %q, and should be true or false", EnvListen, text)
		}
	}
	return c, listen, text != "" || len(c.Origins) > 0 || c.Proxy != "", nil
}
