module github.com/opendsom/dsom/interop

go 1.26.0

require github.com/opendsom/dsom v0.0.0

replace github.com/opendsom/dsom => ../
