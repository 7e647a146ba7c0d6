module github.com/asyncsim/asyncsim

go 1.26
