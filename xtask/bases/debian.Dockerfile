# debian:trixie-slim from a root filesystem that mmdebstrap made on the host.
# Nothing runs here: the archive is the image, as in the official one.
FROM scratch
ADD root.tar /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
