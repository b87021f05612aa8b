FROM node:24-trixie AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,id=harbour-clock-npm,target=/root/.npm \
    npm ci --no-audit --no-fund
COPY bundle.js tsconfig.json ./
COPY src src
RUN npm run bundle

FROM node:24-trixie AS node
# Node, the libraries it is linked to, and the loader that puts them together: ldd names them.
RUN install -D "$(command -v node)" /ship/nodejs/bin/node && mkdir /ship/lib \
 && ldd /ship/nodejs/bin/node | awk '$2 == "=>" { print $3 }' | xargs cp --dereference --target-directory=/ship/lib \
 && ldd /ship/nodejs/bin/node | awk '$1 ~ "^/" { print $1 }' | xargs -I '{}' install -D '{}' '/ship{}'

FROM scratch
COPY --from=node /ship/ /
COPY --from=build /app/dist/ /app/
EXPOSE 8080
USER harbour
CMD ["/nodejs/bin/node", "/app/harbour-clock.cjs"]
