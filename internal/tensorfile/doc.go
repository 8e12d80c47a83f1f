// Package tensorfile reads the files in which weights are published:
// .safetensors, .npy and .npz. Files come from anywhere, so nothing in them is
// believed: every size is checked against what the file has before memory is
// taken for it, and a damaged file is an error, never a panic.
package tensorfile
