# eegbench on the CPU; a CUDA build of torch: --build-arg TORCH_INDEX=…/cu128 (docs/install.md)
ARG PYTHON=3.11
FROM python:${PYTHON}-slim

ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source

# torch first: it changes rarely, and is the largest layer
COPY constraints.txt ./
RUN pip install --extra-index-url "$TORCH_INDEX" --constraint constraints.txt torch

COPY pyproject.toml README.md LICENSE ./
COPY eegbench eegbench
COPY conf conf
RUN pip install --constraint constraints.txt . && useradd --create-home --uid 1000 eegbench \
    && mkdir -p /work/outputs && chown -R eegbench /work

# outputs are written below /work/outputs; mount a folder there, and recordings at /data
USER 1000
WORKDIR /work
VOLUME ["/work/outputs"]
EXPOSE 5000
ENTRYPOINT ["eegbench"]
CMD ["--help"]
