package ort

import nn "github.com/nngen-go/nngen/runtime"

// Importing this package gives the runtime its back end.
func init() { nn.Register(Name, Backend) }
