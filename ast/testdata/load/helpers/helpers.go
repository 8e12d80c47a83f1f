// Package helpers computes with tensors.
package helpers

import nn "github.com/nngen-go/nngen/runtime"

// Scaled is h·a.
func Scaled(h nn.Tensor, a float32) nn.Tensor { return scale(h, a) }

func scale(h nn.Tensor, a float32) nn.Tensor { return h.Scale(a) }
