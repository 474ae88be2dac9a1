//go:build !linux

package tcp

import "net"

// listening returns how one listens: what is accepted gets its options one by one.
func listening() net.ListenConfig { return net.ListenConfig{KeepAliveConfig: keepAlive} }
