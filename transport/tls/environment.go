package tls

import (
	"fmt"
	"strconv"

	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/tcp"
)

// The variables of the environment by which a program that heeds them is told of TLS. An ORB looks at none by itself.
const (
	EnvCertificate = "DSOM_TLS_CERTIFICATE" // Config.Certificate, and so on
	EnvKey         = "DSOM_TLS_KEY"
	EnvAuthorities = "DSOM_TLS_AUTHORITIES"
	EnvClients     = "DSOM_TLS_CLIENTS"
	EnvServerName  = "DSOM_TLS_SERVER_NAME"
	EnvKeyLog      = "DSOM_TLS_KEY_LOG"
	Env12          = "DSOM_TLS_12"      // true or false
	EnvRequire     = "DSOM_REQUIRE_TLS" // true or false: a server takes nothing else, the command line calls by nothing else
)

// FromEnvironment returns what the environment says of TLS; told is false if it says nothing. lookup is os.Getenv, as a rule.
func FromEnvironment(lookup func(name string) string) (c Config, require, told bool, err error) {
	for name, to := range map[string]*string{
		EnvCertificate: &c.Certificate, EnvKey: &c.Key, EnvAuthorities: &c.Authorities, EnvClients: &c.Clients, EnvServerName: &c.ServerName, EnvKeyLog: &c.KeyLog,
	} {
		*to = lookup(name)
		told = told || *to != ""
	}
	for name, to := range map[string]*bool{Env12: &c.TLS12, EnvRequire: &require} {
		text := lookup(name)
		if text == "" {
			continue
		}
		told = true
		if *to, err = strconv.ParseBool(text); err != nil {
			return c, false, true, fmt.Errorf("$%s is %q, and should be true or false", name, text)
		}
	}
	return c, require, told, nil
}

// Set returns TCP and the transport that c describes, as a program that calls and is called by both wants them.
func Set(c Config) (transport.Set, error) {
	t, err := New(c)
	if err != nil {
		return nil, err
	}
	return transport.Set{tcp.New(), t}, nil
}
