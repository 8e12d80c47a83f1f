package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	nn "github.com/nngen-go/nngen/runtime"
)

// The model's pictures are 48 pixels high and as wide as the line is long.
const (
	height   = 48
	margin   = 3
	fontSize = 34
	baseline = 35
)

// render draws a line of text, black on white.
func render(text string) (*image.RGBA, error) {
	ttf, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	face, err := opentype.NewFace(ttf, &opentype.FaceOptions{Size: fontSize, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		return nil, fmt.Errorf("render: %w", err)
	}
	defer face.Close()
	width := font.MeasureString(face, text).Ceil()
	if width == 0 {
		return nil, errors.New("render: there is no text to draw")
	}
	img := image.NewRGBA(image.Rect(0, 0, width+2*margin, height))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.Black), Face: face, Dot: fixed.P(margin, baseline)}
	d.DrawString(text)
	return img, nil
}

// tensor is a batch of copies of a picture: colours blue, green, red, from -1 to 1.
func tensor(img *image.RGBA, copies int) nn.Tensor {
	w := img.Bounds().Dx()
	plane := height * w
	one := make([]float32, 3*plane)
	for y := range height {
		for x := range w {
			c := img.RGBAAt(x, y)
			for k, v := range []uint8{c.B, c.G, c.R} {
				one[k*plane+y*w+x] = float32(v)/127.5 - 1
			}
		}
	}
	all := make([]float32, 0, copies*len(one))
	for range copies {
		all = append(all, one...)
	}
	return nn.From(all, copies, 3, height, w)
}

// save writes the picture as a PNG file, or nothing.
func save(path string, img image.Image) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".picture-*")
	if err != nil {
		return fmt.Errorf("save the picture: %w", err)
	}
	defer os.Remove(f.Name())
	if err := errors.Join(png.Encode(f, img), f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("save the picture: %w", err)
	}
	return os.Rename(f.Name(), path)
}
