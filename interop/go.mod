module github.com/opendsom/dsom/interop

go 1.26.0

require github.com/opendsom/dsom v0.0.0

require (
	github.com/cockroachdb/apd/v3 v3.2.3
	go.etcd.io/bbolt v1.5.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/opendsom/dsom => ../
